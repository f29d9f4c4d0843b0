"""Reads an exercise from its folder: exercise.toml, statement.md, starter.py, solution.py and mistakes/*.py."""

from __future__ import annotations

import ast
import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lib.catalog import TOPICS
from lib.exercises.arguments import DTYPES, is_random
from lib.exercises.keys import Table
from lib.exercises.left_out import read_left_out
from lib.exercises.spec import (
    ANSWERS,
    LIMITS,
    PATHS,
    Answer,
    Exercise,
    ExerciseError,
    Signature,
    Test,
    WrongAnswer,
)
from lib.lesson.optimizer import GRAD, Optimizer
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Lesson, Parameter, Topic

KEYS = (
    *("title", "path", "order", "level", "function", "answer", "lesson", "expected", "wrt", "buffers", "parts"),
    *("tags", "rtol", "atol", "hints", "limits", "leave_out", "tests"),
)
TEST_KEYS = ("name", "points", "hint", "hidden", "args", "seed", "dtype", "rtol", "atol")

MOST_BYTES = 2**20  # of a file

KIND = {"value": Lesson, "grad": Lesson, "update": Optimizer, "lr": Scheduler}
A_LESSON = {"value": "a loss", "grad": "a loss", "update": "an optimizer", "lr": "a scheduler"}
HANDED = {"update": ("param", "grad", "state"), "lr": ("steps",)}

NOT_FIELDS = ("steps", "metrics", "lr")  # of a schedule: how long it runs, what it watches, where it starts

PRECISION = {"float32": 2e-5, "float16": 5e-3}  # the smallest rtol where an argument or the result has this dtype


def read_exercises(folder: Path) -> Mapping[str, Exercise]:
    """Slug → exercise, in page order, for every folder in `folder` that holds an exercise.toml."""
    found = [read_exercise(each) for each in exercise_folders(folder)]
    return {exercise.slug: exercise for exercise in sorted(found, key=_place)}


def exercise_folders(folder: Path) -> list[Path]:
    return sorted(toml.parent for toml in folder.glob("*/exercise.toml"))


def _place(exercise: Exercise) -> tuple[int, str, float, str]:
    known = list(PATHS)
    stretch = known.index(exercise.path) if exercise.path in known else len(known)
    return stretch, exercise.path, exercise.order, exercise.slug


def read_exercise(folder: Path) -> Exercise:
    """The exercise in this folder. Raises ExerciseError, which says what in it is wrong."""
    top = Table(_shown(folder / "exercise.toml"), _toml(folder / "exercise.toml"))
    top.allow(KEYS)
    function = top.text("function")
    if not _is_utf8(folder.name):
        raise ExerciseError(f"{_shown(folder)}: the folder's name is not UTF-8; expected letters, digits and _.")
    answer: Answer = top.choice("answer", ANSWERS)
    starter, solution = _text(folder / "starter.py"), _text(folder / "solution.py")
    signature = signature_of(starter, function, folder / "starter.py")
    _need_same(signature, signature_of(solution, function, folder / "solution.py"), folder)
    _need_places(answer, signature, folder / "starter.py", function)
    slug, lesson = _lesson(top)
    expected = top.choice("expected", ("lesson", "solution"), "lesson" if lesson else "solution")
    if expected == "lesson" and not lesson:
        raise top.wrong("lesson", "a lesson's slug, since expected is 'lesson'")
    if expected == "lesson" and not isinstance(lesson, KIND[answer]):
        raise top.wrong("lesson", f'{A_LESSON[answer]}, since answer is {answer!r}; or expected = "solution"')
    limits = top.table("limits")
    limits.allow(LIMITS)
    return Exercise(
        slug=folder.name,
        folder=folder,
        title=top.text("title"),
        path=top.text("path"),
        order=top.number("order"),
        level=top.choice("level", (1, 2, 3, 4, 5)),
        function=function,
        answer=answer,
        signature=signature,
        statement=_text(folder / "statement.md"),
        starter=starter,
        solution=solution,
        mistakes=tuple(_wrong_answer(path, function, signature) for path in sorted(folder.glob("mistakes/*.py"))),
        tests=tuple(_tests(top, answer, signature, lesson if expected == "lesson" else None)),
        hints=top.texts("hints"),
        version=version_of(folder),
        lesson=slug,
        expected=expected,
        wrt=_wrt(top, answer, lesson),
        buffers=_buffers(top, answer),
        parts=_parts(top, answer, expected),
        tags=top.texts("tags", ()),
        limits={name: limits.number(name, least=0.1) for name in limits.values},
        leave_out=read_left_out(top, lesson, answer),
    )


def version_of(folder: Path) -> str:
    """A hash of the folder's content: the same wherever the folder stands."""
    digest = hashlib.sha256()
    for path in sorted((*folder.glob("*.*"), *folder.glob("mistakes/*.py"))):
        if path.is_file() and not path.name.startswith("."):  # nor what an editor or a notebook leaves behind
            name = path.relative_to(folder).as_posix().encode("utf-8", "surrogateescape")
            digest.update(name + b"\0" + _bytes(path) + b"\0")
    return digest.hexdigest()[:12]


def signature_of(source: str, function: str, path: Path) -> Signature:
    """The parameters of the last function of this name at the top of the file."""
    tree = _tree(source, path)
    defined = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    found = [node for node in defined if node.name == function]
    if not found:
        names = ", ".join(node.name for node in defined) or "no function"
        raise ExerciseError(f"{_shown(path)}: it defines {names}; expected {function}.")
    arguments = found[-1].args
    if arguments.vararg or arguments.kwarg or arguments.posonlyargs:
        raise ExerciseError(f"{_shown(path)}: {function} takes *args, **kwargs or /; expected plain parameters.")
    plain = [argument.arg for argument in arguments.args]
    without = len(plain) - len(arguments.defaults)
    named = [argument.arg for argument in arguments.kwonlyargs]
    with_default = zip((*plain[without:], *named), (*arguments.defaults, *arguments.kw_defaults), strict=True)
    defaults = {name: ast.unparse(default) for name, default in with_default if default is not None}
    return Signature(tuple(plain[:without]), (*plain[without:], *named), defaults)


def _tree(source: str, path: Path) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError as error:
        where = f"line {error.lineno} " if error.lineno else ""
        raise ExerciseError(f"{_shown(path)}: {where}does not parse: {error.msg}.") from error
    except (ValueError, RecursionError, MemoryError) as error:  # a zero byte; nested without end
        raise ExerciseError(f"{_shown(path)} does not parse: {error or 'it is nested too deep'}.") from error


def _need_places(answer: Answer, signature: Signature, path: Path, function: str) -> None:
    """What every function of this kind is handed, without a default."""
    if missing := [name for name in HANDED.get(answer, ()) if name not in signature.by_place]:
        raise ExerciseError(
            f"{_shown(path)}: {function} takes {signature}; expected {missing[0]} among its parameters without a "
            f"default, since answer is {answer!r}."
        )


def _need_same(starter: Signature, solution: Signature, folder: Path) -> None:
    if starter != solution:
        raise ExerciseError(
            f"{_shown(folder / 'solution.py')}: it takes {solution}; expected {starter}, as starter.py."
        )


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(path))
    except (ValueError, RecursionError) as error:  # of these are TOML's own, and numbers of thousands of digits
        raise ExerciseError(f"{_shown(path)}: not valid TOML: {error}.") from error


def _text(path: Path) -> str:
    try:
        return _bytes(path).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise ExerciseError(f"{_shown(path)}: not UTF-8 at byte {error.start}; save it as UTF-8.") from error


def _bytes(path: Path) -> bytes:
    try:
        if path.is_file() and path.stat().st_size > MOST_BYTES:
            raise ExerciseError(f"{_shown(path)} has {path.stat().st_size:,} bytes; expected at most {MOST_BYTES:,}.")
        if path.exists() and not path.is_file():  # a folder; or a pipe, which would be waited for
            raise ExerciseError(f"{_shown(path)} is no file; expected one with text in it.")
        return path.read_bytes()
    except FileNotFoundError:
        raise ExerciseError(f"{_shown(path)} is missing.") from None
    except OSError as error:
        raise ExerciseError(f"{_shown(path)} cannot be read: {error.strerror}.") from error


def _shown(path: Path) -> str:
    return "/".join(path.parts[-3:]).encode("utf-8", "replace").decode()


def _is_utf8(text: str) -> bool:
    return text == text.encode("utf-8", "replace").decode()


def _lesson(top: Table) -> tuple[str, Topic | None]:
    slug = top.text("lesson", "")
    if slug and slug not in TOPICS:
        raise top.wrong("lesson", "the name of a lesson, as at the end of its address")
    return slug, TOPICS.get(slug)


def _wrt(top: Table, answer: Answer, lesson: Topic | None) -> tuple[str, ...]:
    if answer != "grad":
        if "wrt" in top.values:
            raise top.wrong("wrt", "no such key, since answer is not 'grad'")
        return ()
    tensors = lesson.tensors if isinstance(lesson, Lesson) else ()
    named = _different(top, "wrt", top.texts("wrt", tuple(tensor.name for tensor in tensors[:1])))
    inputs = [tensor.name for tensor in tensors if tensor.differentiable]
    if tensors and not set(named) <= set(inputs):
        raise top.wrong("wrt", f"inputs that PyTorch differentiates: {', '.join(inputs)}")
    return named


def _buffers(top: Table, answer: Answer) -> tuple[str, ...] | None:
    if "buffers" not in top.values:
        return None
    if answer != "update":
        raise top.wrong("buffers", "no such key, since answer is not 'update'")
    return top.texts("buffers")


def _parts(top: Table, answer: Answer, expected: str) -> tuple[str, ...]:
    if "parts" not in top.values:
        return ()
    if answer != "value" or expected == "lesson":
        raise top.wrong("parts", "no such key: only a value that comes from solution.py can be a tuple")
    return _different(top, "parts", top.texts("parts"))


def _different(top: Table, key: str, names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) < len(names):
        raise top.wrong(key, "names that differ")
    return names


def _wrong_answer(path: Path, function: str, signature: Signature) -> WrongAnswer:
    source = _text(path)
    if signature_of(source, function, path) != signature:
        raise ExerciseError(f"{_shown(path)}: its {function} takes other parameters; expected {signature}.")
    if not _is_utf8(path.stem):
        raise ExerciseError(f"{_shown(path)}: the file's name is not UTF-8; expected letters, digits and _.")
    says = ast.get_docstring(ast.parse(source))
    if not says or not _is_utf8(says):
        raise ExerciseError(f"{_shown(path)}: no docstring at the top; expected the feedback for this mistake.")
    return WrongAnswer(path.stem, source, " ".join(says.split()))


def _tests(top: Table, answer: Answer, signature: Signature, lesson: Topic | None) -> Iterator[Test]:
    rtol, atol = top.number("rtol", 1e-6), top.number("atol", 1e-9)
    fields = _fields(lesson)
    seen: set[str] = set()
    for table in top.tables("tests"):
        test = _test(table, fields, rtol, atol)
        if test.name in seen:
            raise table.wrong("name", "a name that no other test has")
        seen.add(test.name)
        given = _need_arguments(table, test, needed_arguments(answer, signature), fields)
        if answer == "update":
            _need_updates(table.table("args"), given)
        yield test


def _fields(lesson: Topic | None) -> dict[str, Parameter]:
    if lesson is None:
        return {}
    return {**{field.name: field for field in lesson.fields}, "grads": GRAD}


def _test(table: Table, fields: Mapping[str, Parameter], rtol: float, atol: float) -> Test:
    table.allow(TEST_KEYS)
    recipe = table.table("args").values
    seed = table.whole("seed")
    if is_random(recipe) and seed is None:
        raise table.wrong("seed", "a whole number, since an argument is random")
    dtype = table.choice("dtype", DTYPES) if "dtype" in table.values else ""
    least = _least_rtol(recipe, dtype)
    return Test(
        name=table.text("name"),
        recipe=recipe,
        points=table.number("points", 1),
        hint=table.text("hint", ""),
        hidden=table.switch("hidden"),
        seed=seed,
        dtype=dtype,
        rtol=table.number("rtol", max(rtol, least)),
        atol=table.number("atol", max(atol, least / 100)),
        fields=fields,
    )


def _least_rtol(recipe: Mapping[str, Any], dtype: str) -> float:
    held = [value.get("dtype", "") for value in recipe.values() if isinstance(value, Mapping)]
    return max((PRECISION.get(name, 0.0) for name in (*held, dtype) if isinstance(name, str)), default=0.0)


def needed_arguments(answer: Answer, signature: Signature) -> Signature:
    """What a test gives: the function's parameters; for an update param, one gradient per update and no state."""
    if answer != "update":
        return signature
    places = tuple("grads" if name == "grad" else name for name in signature.by_place if name != "state")
    return Signature(places, signature.by_name)


def _need_arguments(table: Table, test: Test, takes: Signature, fields: Mapping[str, Parameter]) -> Mapping[str, Any]:
    """The arguments of a test, which are those that the function takes."""
    args = table.table("args")
    missing = [name for name in takes.by_place if name not in test.recipe]
    if missing:
        raise args.wrong(missing[0], f"a value: the function takes {takes}")
    for name in test.recipe:
        if name not in takes.names:
            raise args.wrong(name, f"no such argument: the function takes {takes}")
        if fields and name not in (*fields, *NOT_FIELDS):
            raise args.wrong(name, f"one of the lesson's own names: {', '.join(fields)}")
    try:
        return test.args()
    except ValueError as error:
        raise ExerciseError(f"{table.file}: {table.where}{error}.") from error


def _need_updates(args: Table, given: Mapping[str, Any]) -> None:
    """An update is tried with one gradient after another, and perhaps with a learning rate for each."""
    if not np.ndim(given["grads"]) or not len(given["grads"]):
        raise args.wrong("grads", "a list with one gradient for each update")
    if np.ndim(given.get("lr", 0.0)) and len(given["lr"]) < len(given["grads"]):
        raise args.wrong("lr", f"a number, or a list of one for each of the {len(given['grads'])} updates")
