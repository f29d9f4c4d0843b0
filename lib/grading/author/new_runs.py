"""New exercises whose answer is a run: an optimizer's updates, or a schedule's learning rates."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from lib.grading.author.new_plain import PLAIN, plain_solution
from lib.grading.author.new_toml import exercise_toml
from lib.grading.author.probes import settings_of, showing
from lib.grading.author.telling import MISSING, Arrays, Values, is_default, same_arrays, settings_around, telling
from lib.lesson import run
from lib.lesson.code.driver import UPDATE_DRIVER
from lib.lesson.code.source import standalone
from lib.lesson.optimizer import Optimizer
from lib.lesson.run.parts import required
from lib.lesson.run.schedule import lr_by_torch, schedule_by_hand
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import AsIs, Choice, Mistake, Number, Numbers, Parameter, Tensor
from lib.lesson.working import diagnose

RANDOM_TESTS = 3
UPDATES = 7  # RAdam takes plain steps before its sixth
STEPS = 26  # epochs: some schedules change every ten
LR = 0.4
METRICS = [1.0, 0.8, 0.7, 0.7, 0.7, 0.72, 0.7, 0.7, 0.5, 0.5, 0.5, 0.5, 0.5, 0.49, 0.49, 0.49, 0.49, 0.49, 0.49, 0.49]

OTHER_METRICS = [
    0.9,
    0.9,
    0.9,
    0.4,
    0.41,
    0.4,
    0.4,
    0.39,
    0.39,
    0.39,
    0.6,
    0.6,
    0.3,
    0.3,
    0.3,
    0.31,
    0.3,
    0.3,
    0.2,
    0.2,
]

Tests = list[Mapping[str, Any]]
Chosen = tuple[Tests, set[str]]  # and the arguments that none of the tests shows


def on_optimizer(name: str, lesson: Optimizer) -> dict[str, str]:
    """The files of an exercise that asks for one update."""
    if lesson.gradient != "dense":
        raise ValueError(f"{lesson.title} is not handed a plain gradient; start from sgd or another.")
    parameters, tests = _asked(lesson, _update_tests)
    signature = f"param, grad, state, *, {_named(parameters)}"
    handed = f"param=param, grad=grad, state=state, {_handed(lesson, parameters)}"
    body = f"return drive({lesson.by_hand.__name__}({handed}))"
    returns = "Returns the parameter after the update and the new state, a dict under PyTorch's names."
    return {
        "exercise.toml": exercise_toml(name, tests, lesson=lesson.slug, answer="update", path="optimizers"),
        **_files(name, lesson, signature, body, f"param, grad, state, {_listed(parameters)}", returns, parameters),
    }


def _update_tests(lesson: Optimizer, parameters: Sequence[Parameter]) -> Chosen:
    settings = [*_settings(parameters), *settings_around(parameters)]
    candidates = [{**_run_of(lesson, seed), **setting} for seed, setting in enumerate(settings)]
    first = candidates[: len(_settings(parameters))]
    shown = _showing(lesson, first, _updates_by_torch, _updates_by_hand)
    defaults = {p.name: p.default for p in parameters}
    shown, idle = telling(shown, candidates, defaults, partial(_tried, _updates_by_torch, lesson))
    hidden = [
        {
            "name": f"random gradients {n}",
            "hidden": True,
            "seed": n,
            "args": values,
            "random": {"grads": np.shape(values["grads"])},
        }
        for n, values in enumerate(first[-RANDOM_TESTS:], 1)
    ]
    return [*_visible(shown), *hidden], idle


def on_scheduler(name: str, lesson: Scheduler) -> dict[str, str]:
    """The files of an exercise that asks for the learning rate of every epoch."""
    missing = set(required(lesson)) - {p.name for p in _writable(lesson)}
    if missing:
        raise ValueError(f"{lesson.title} takes {min(missing)}, which no test can hold; start from step_lr or another.")
    parameters, tests = _asked(lesson, _rate_tests)
    handed_over = [key for key in ("steps", "metrics", "lr") if any(key in test["args"] for test in tests)]
    watched = "metrics" in handed_over
    metric = "metrics[min(epoch, len(metrics)) - 1] if epoch else None" if watched else "None"
    handed = f"lr=rate, epoch=epoch, initial_lr=start, metric={metric}, state=state, {_handed(lesson, parameters)}"
    body = (
        f"start = {'lr' if 'lr' in handed_over else LR}\n"
        "rate, state, rates = start, {}, []\n"
        "for epoch in range(steps):\n"
        f"    rate, state = drive({lesson.by_hand.__name__}({handed}))\n"
        "    rates.append(float(rate))\n"
        "return np.array(rates)"
    )
    returns = "Returns one learning rate per epoch, `steps` of them; the first is in force from the beginning."
    by_place = ", ".join(handed_over)
    return {
        "exercise.toml": exercise_toml(name, tests, lesson=lesson.slug, answer="lr", path="schedulers"),
        **_files(
            name,
            lesson,
            f"{by_place}, *, {_named(parameters)}",
            body,
            f"{by_place}, {_listed(parameters)}",
            returns,
            parameters,
        ),
    }


def _rate_tests(lesson: Scheduler, parameters: Sequence[Parameter]) -> Chosen:
    """The learning rate from which a schedule starts is left out where the schedule has its own."""
    run_of = {"steps": STEPS, "lr": LR, **({"metrics": METRICS} if lesson.watches_metric else {})}
    settings = [*_settings(parameters), *settings_around(parameters)]
    candidates = [{**run_of, **setting} for setting in settings]
    candidates = [values for values in candidates if _changes(lesson, values)]
    first = candidates[: len(_settings(parameters))]
    starts = [{**values, "lr": round(LR / (n + 1), 3), "steps": STEPS + n} for n, values in enumerate(first, 1)]
    starts = [{**values, **({"metrics": OTHER_METRICS} if "metrics" in values else {})} for values in starts]
    hidden = starts[-RANDOM_TESTS:]
    result = partial(_tried, _rates_by_torch, lesson)
    shown = _showing(lesson, first, _rates_by_torch, _rates_by_hand)
    defaults = {p.name: p.default for p in parameters} | dict.fromkeys(run_of, MISSING)
    taken, idle = telling([*shown, *hidden], [*candidates, *starts], defaults, result)
    visible = [*shown, *taken[len(shown) + len(hidden) :]]
    named = [
        *_visible(visible),
        *({"name": f"another start {n}", "hidden": True, "args": v} for n, v in enumerate(hidden, 1)),
    ]
    without = {"lr"} & idle
    return [{**test, "args": _own(test["args"], *without)} for test in named], idle - without


def _asked(lesson: Any, tests_on: Callable[[Any, Sequence[Parameter]], Chosen]) -> tuple[list[Parameter], Tests]:
    """The parameters that some test can tell from their default, and those tests."""
    parameters = _writable(lesson)
    while True:
        tests, idle = tests_on(lesson, parameters)
        left = [p for p in parameters if p.name not in idle]
        if len(left) == len(parameters):
            return parameters, tests
        parameters = left


def _files(
    name: str,
    lesson: Optimizer | Scheduler,
    signature: str,
    body: str,
    shown: str,
    returns: str,
    parameters: Sequence[Parameter],
) -> dict[str, str]:
    """`body` calls the lesson's calculation through `drive`, which the short form has no need of."""
    head = f"def {name}({signature}):\n"
    says = f'    """{lesson.purpose}"""\n'
    collected = standalone([lesson.by_hand])
    collected.imports.add(("numpy as np", ""))
    inside = "".join(f"        {line}\n" for line in body.splitlines())
    listed = "\n".join(f"- `{p.name}`: {p.says}" for p in parameters)
    return {
        "statement.md": f"{lesson.purpose}\n\n$${lesson.formula}$$\n\nWrite `{name}({shown})`, as PyTorch computes it. "
        f"{returns}\n\n{listed}\n",
        "starter.py": f"import numpy as np\n\n\n{head}{says}    ...\n",
        "solution.py": f'"""{lesson.title} by hand, step by step."""\n\n{collected.text()}\n{UPDATE_DRIVER}\n\n'
        f"{head}{says}"
        f"    with np.errstate(all='ignore'):\n{inside}",
        PLAIN: plain_solution(lesson, f"{head}{says}{_without_drive(body)}", result_is_last=False),
    }


def _without_drive(body: str) -> str:
    """The body, which calls the calculation itself."""
    tree = ast.parse("def f():\n" + "".join(f"    {line}\n" for line in body.splitlines()))
    for node in ast.walk(tree):
        for field, value in ast.iter_fields(node):
            if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "drive":
                setattr(node, field, value.args[0])
    return "".join(f"{line}\n" for line in ast.unparse(tree).splitlines()[1:])


def _writable(lesson: Optimizer | Scheduler) -> list[Parameter]:
    """Those that a test can hold and that are not rare.

    An optimizer that takes each number by itself is asked for its epsilon too: its place in the formula is what most
    people get wrong.
    """
    asked = "eps" if isinstance(lesson, Optimizer) and lesson.sweeps else ""
    common = [p for p in lesson.parameters if p.name == asked or not p.rare]
    return [p for p in common if not isinstance(p, AsIs) and not (isinstance(p, Choice) and p.torch is not None)]


def _named(parameters: Sequence[Parameter]) -> str:
    return ", ".join(f"{p.name}={p.default!r}" for p in parameters)


def _listed(parameters: Sequence[Parameter]) -> str:
    return ", ".join(p.name for p in parameters)


def _handed(lesson: Optimizer | Scheduler, parameters: Sequence[Parameter]) -> str:
    """The lesson's own arguments in a call: what was given, and the defaults of what is left out."""
    given = [f"{p.name}={f'np.asarray({p.name})' if isinstance(p, Tensor) else p.name}" for p in parameters]
    return ", ".join([*given, *(f"{p.name}={p.default!r}" for p in lesson.parameters if p not in parameters)])


def _settings(parameters: Sequence[Parameter]) -> list[dict[str, Any]]:
    """Arguments to try: torch's defaults, none of the defaults, and combinations. Defaults are not written out."""
    fields = {p.name: p for p in parameters}
    other = {p.name: p.also[0] for p in parameters if isinstance(p, Number | Numbers) and p.also}
    settings = [{}, other, *settings_of(list(parameters))]
    return [{name: value for name, value in one.items() if not is_default(fields[name], value)} for one in settings]


def _run_of(lesson: Optimizer, seed: int) -> dict[str, Any]:
    """A parameter of a few numbers, and a gradient for each update."""
    random = np.random.default_rng(seed)
    shape = (2, 3)[-lesson.param_axes :]
    return {
        "param": np.round(random.normal(0, 2, shape), 1),
        "grads": np.round(random.normal(0, 2, (UPDATES, *shape)), 1),
    }


def _showing(
    lesson: Optimizer | Scheduler,
    candidates: Sequence[Values],
    by_torch: Callable[[Any, Values], Arrays],
    by_hand: Callable[[Any, Values, Mistake], Arrays],
) -> list[Values]:
    """Values that torch takes, and that show the lesson's mistakes."""
    right = [(values, numbers) for values in candidates if (numbers := _tried(by_torch, lesson, values)) is not None]

    def shows(mistake: Mistake, one: tuple[Values, Arrays]) -> bool:
        values, numbers = one
        wrong = _tried(by_hand, lesson, values, mistake)
        return wrong is not None and not same_arrays(wrong, numbers)

    return [values for values, _ in showing(right, list(lesson.mistakes.values()), shows)]


def _visible(shown: Sequence[Values]) -> Tests:
    return [{"name": f"values {place}", "args": dict(values)} for place, values in enumerate(shown, 1)]


def _tried(compute: Callable[..., Arrays], *arguments: Any) -> Arrays | None:
    """What came out; nothing for values that are refused."""
    try:
        return compute(*arguments)
    except run.REFUSALS:
        return None


def _own(values: Values, *handed: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in handed}


def _numbers_of(trace: Sequence[run.Update]) -> Arrays:
    return [np.asarray(v) for done in trace for v in (done.param, *done.state.values()) if v is not None]


def _updates_by_torch(lesson: Optimizer, values: Values) -> Arrays:
    return _numbers_of(run.trace_by_torch(lesson, values["param"], values["grads"], _own(values, "param", "grads")))


def _updates_by_hand(lesson: Optimizer, values: Values, mistake: Mistake) -> Arrays:
    own = _own(values, "param", "grads")
    return _numbers_of(run.trace_by_hand(lesson, values["param"], values["grads"], own, slip=diagnose.slip_of(mistake)))


def _rates_by_torch(lesson: Scheduler, values: Values) -> Arrays:
    return [lr_by_torch(lesson, _own(values, "steps", "metrics"), values["steps"], values.get("metrics"))]


def _rates_by_hand(lesson: Scheduler, values: Values, mistake: Mistake) -> Arrays:
    own = _own(values, "steps", "metrics")
    rates = schedule_by_hand(lesson, own, values["steps"], values.get("metrics"), slip=diagnose.slip_of(mistake))
    return [np.array([rate.lr for rate in rates])]


def _changes(lesson: Scheduler, values: Values) -> bool:
    """Whether torch takes the values, and the learning rate does not stay the same."""
    rates = _tried(_rates_by_torch, lesson, values)
    return rates is not None and bool(np.ptp(rates[0]))
