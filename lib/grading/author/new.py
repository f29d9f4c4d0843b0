"""Writes the folder of a new exercise that already passes the check: something to edit, not a blank page."""

from __future__ import annotations

import difflib
import itertools
import keyword
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lib.catalog import LESSONS, OPTIMIZERS, SCHEDULERS, TOPICS
from lib.exercises import read_exercise
from lib.grading.author.new_mistake import example_for
from lib.grading.author.new_plain import PLAIN, plain_solution, solution_of
from lib.grading.author.new_runs import on_optimizer, on_scheduler
from lib.grading.author.new_toml import exercise_toml
from lib.grading.author.probes import settings_of, showing
from lib.grading.author.telling import settings_around, telling
from lib.lesson import run
from lib.lesson.code.loss import numpy_source
from lib.lesson.pieces.draw import draw_values
from lib.lesson.run.given import as_array
from lib.lesson.spec import AsIs, Lesson, Mistake, Parameter
from lib.lesson.working import diagnose
from lib.tensors.compare import compare

RANDOM_TESTS = 3


class NewError(ValueError):
    """Why no folder was written."""


def write_new(name: str, lesson: str, inside: Path) -> Path:
    """Makes the folder of a new exercise on `lesson`, or without one of a small example. Raises NewError."""
    if not name.isidentifier() or keyword.iskeyword(name) or name != name.lower():
        raise NewError(f"{name!r} is no name for a function; expected something like my_loss.")
    if lesson and lesson not in TOPICS:
        close = " or ".join(difflib.get_close_matches(lesson, TOPICS, n=2)) or ", ".join(TOPICS)
        raise NewError(f"There is no lesson {lesson!r}; expected the end of a lesson's address, such as {close}.")
    folder = inside / name
    if folder.exists():
        raise NewError(f"{folder} exists already; choose another name, or delete it.")
    files = _files(name, lesson)
    plain = files.pop(PLAIN, "")
    _write(folder, files)
    if lesson:
        _write(folder, {"solution.py": solution_of(read_exercise(folder), plain)})
        if example := example_for(read_exercise(folder)):
            _write(folder, {f"mistakes/{example[0]}.py": example[1]})
    return folder


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8", newline="\n")


def _files(name: str, lesson: str) -> dict[str, str]:
    try:
        if lesson in OPTIMIZERS:
            return on_optimizer(name, OPTIMIZERS[lesson])
        if lesson in SCHEDULERS:
            return on_scheduler(name, SCHEDULERS[lesson])
    except ValueError as error:
        raise NewError(str(error)) from error
    return _on_lesson(name, LESSONS[lesson]) if lesson else _from_scratch(name)


def _from_scratch(name: str) -> dict[str, str]:
    """A small exercise of its own: the mean of the squared differences."""
    head = f"import numpy as np\n\n\ndef {name}(input, target):\n"
    wrong = f'"""You added the squares up. Divide by their number: the mean was asked."""\n\n{head}'
    return {
        "exercise.toml": exercise_toml(name, SCRATCH_TESTS),
        "statement.md": f"Write `{name}(input, target)`: the mean of the squared differences of two arrays.\n",
        "starter.py": f'{head}    """Say here in one line what comes back."""\n    ...\n',
        "solution.py": f'"""What is worth knowing here."""\n\n{head}    return ((input - target) ** 2).mean()\n',
        "mistakes/adds_up.py": f"{wrong}    return ((input - target) ** 2).sum()\n",
    }


SCRATCH_TESTS: list[Mapping[str, Any]] = [
    {"name": "three numbers", "args": {"input": np.array([1.0, 2.0, 3.0]), "target": np.array([0.0, 2.0, 5.0])}},
    {"name": "one number", "hidden": True, "args": {"input": np.array([-1.5]), "target": np.array([2.0])}},
    {"name": "a random batch", "hidden": True, "points": 2, "seed": 1, "random": {"input": (4, 3), "target": (4, 3)}},
]


def _on_lesson(name: str, lesson: Lesson) -> dict[str, str]:
    """The exercise that asks for the lesson's result, with the lesson's own examples as tests."""
    parameters, tests = _asked(lesson)
    says = f'    """{lesson.purpose}"""\n'
    head = f"def {name}({_signature(lesson, parameters)}):\n"
    given = ", ".join(f"{field.name}={field.name}" for field in (*lesson.tensors, *parameters))
    rest = "".join(f", {p.name}={p.default!r}" for p in lesson.parameters if p not in parameters)
    call = f"    steps = drive({lesson.by_hand.__name__}({given}{rest}))\n    return list(steps.values())[-1]\n"
    listed = "\n".join(f"- `{field.name}`: {field.says}" for field in (*lesson.tensors, *parameters))
    return {
        "exercise.toml": exercise_toml(name, tests, lesson=lesson.slug),
        "statement.md": f"{lesson.purpose}\n\n$${lesson.formula}$$\n\nWrite `{head[4:-2]}`, as PyTorch computes it.\n\n"
        f"{listed}\n",
        "starter.py": f"import numpy as np\n\n\n{head}{says}    ...\n",
        "solution.py": f"{numpy_source(lesson)}\n\n{head}{says}    with np.errstate(all='ignore'):\n"
        + "".join(f"    {line}\n" for line in call.splitlines()),
        PLAIN: plain_solution(
            lesson, f"{head}{says}    return {lesson.by_hand.__name__}({given}{rest})\n", result_is_last=True
        ),
    }


def _asked(lesson: Lesson) -> tuple[list[Parameter], list[Mapping[str, Any]]]:
    """The parameters that some test can tell from their default, and those tests."""
    parameters = _parameters(lesson)
    while True:
        tests, idle = _tests(lesson, parameters)
        if not idle:
            return parameters, tests
        parameters = [p for p in parameters if p.name not in idle]


def _parameters(lesson: Lesson) -> list[Parameter]:
    """Those whose default can be written down in a signature: functions cannot."""
    plain = (bool, int, float, str, tuple, type(None))
    return [p for p in lesson.parameters if isinstance(p.default, plain) and not isinstance(p, AsIs)]


def _signature(lesson: Lesson, parameters: Sequence[Parameter]) -> str:
    tensors = [t.name if t.default is None and not t.optional else f"{t.name}={t.default!r}" for t in lesson.tensors]
    named = [f"{p.name}={p.default!r}" for p in parameters]
    return ", ".join([*tensors, *(["*", *named] if named else [])])


def _tests(lesson: Lesson, parameters: Sequence[Parameter]) -> tuple[list[Mapping[str, Any]], set[str]]:
    """Visible ones that show every mistake and every argument, the lesson's examples first; hidden ones with random
    values. And the parameters that none of them shows.
    """
    settings = settings_of(list(parameters))
    drawn = [
        {**setting, **draw_values(lesson, shapes, seed)}
        for seed, (shapes, setting) in enumerate(itertools.product(lesson.shapes[:4], settings))
    ]
    names = {field.name for field in (*lesson.tensors, *parameters)}
    kept = [e for e in lesson.examples if not e.rejected and set(e.values) <= names]
    examples = [dict(e.values) for e in kept]
    titles = {id(values): e.title for values, e in zip(examples, kept, strict=True)}
    around = [
        {**setting, **draw_values(lesson, shapes, seed)}
        for setting in settings_around(parameters)
        for seed, shapes in enumerate(lesson.shapes[:4])
    ]
    shown, idle = telling(
        _showing(lesson, [*examples, *drawn]),
        [values for values in (*examples, *drawn, *around) if _is_taken(lesson, values)],
        {p.name: p.default for p in parameters},
        lambda values: _results(lesson, values),
    )
    visible = [
        {"name": titles.get(id(values), f"values {place}"), "args": _arrays(lesson, values)}
        for place, values in enumerate(shown, 1)
    ]
    hidden = [
        {
            "name": f"random values {n}",
            "hidden": True,
            "seed": n,
            "args": setting,
            "random": lesson.shapes[0],
            "sort": "lesson",
        }
        for n, setting in enumerate(_finite(lesson, settings)[:RANDOM_TESTS], 1)
    ]
    return [*visible, *hidden], idle


def _results(lesson: Lesson, values: Mapping[str, Any]) -> list[np.ndarray] | None:
    """What torch gives, if it takes the values."""
    try:
        return [run.by_torch(lesson, values)[0]]
    except run.REFUSALS:
        return None


def _finite(lesson: Lesson, settings: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The settings in which every draw gives a finite number: Poisson's rate may be negative only as a logarithm."""
    draws = [draw_values(lesson, lesson.shapes[0], seed) for seed in range(4)]
    return [s for s in settings if all(_is_finite(lesson, {**s, **drawn}) for drawn in draws)]


def _is_finite(lesson: Lesson, values: Mapping[str, Any]) -> bool:
    return _is_taken(lesson, values) and bool(np.isfinite(run.by_torch(lesson, values)[0]).all())


def _showing(lesson: Lesson, candidates: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Values that torch takes, and that show the lesson's mistakes."""
    taken = [values for values in candidates if _is_taken(lesson, values)]
    return showing(taken, list(lesson.mistakes.values()), lambda mistake, values: _shows(lesson, mistake, values))


def _is_taken(lesson: Lesson, values: Mapping[str, Any]) -> bool:
    try:
        run.by_torch(lesson, values)
    except run.REFUSALS:
        return False
    return all(np.size(value) for value in values.values())


def _shows(lesson: Lesson, mistake: Mistake, values: Mapping[str, Any]) -> bool:
    wrong = diagnose.mistaken(run.Case.of(lesson, values), mistake)
    if wrong is None:
        return False
    return not compare(list(wrong.sent.values())[-1], run.by_torch(lesson, values)[0], rtol=1e-5, atol=1e-7).same


def _arrays(lesson: Lesson, values: Mapping[str, Any]) -> dict[str, Any]:
    fields = {tensor.name: tensor for tensor in lesson.tensors}
    return {name: as_array(fields[name], v) if name in fields and v is not None else v for name, v in values.items()}
