"""A homework to hand out: a notebook and a program with statements, starters and the visible tests.

Both run without this app, with NumPy alone, and say in themselves which homework they are.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lib.exercises import Exercise, Test
from lib.grading.classroom.homework import Homework
from lib.grading.expected import truth_of
from lib.grading.trial import AnswerPart, Place, Runner, at_update
from lib.sandbox.job import Limits

Way = tuple[Place, ...]  # to a part of an answer

MOST_CODE = Limits().source_bytes // 2  # of the program: the other half is for the answers

INTRODUCTION = """Fill in the functions. Keep their names and their parameters, and use NumPy alone.
The tests below each function are some of those that count; others are run when the homework is graded.
Whatever else you put into this file, such as trials of your own, does no harm.
Hand in this file (the program or the notebook, not both)."""

CHECKS = '''import numpy as np


class _Test:
    """One visible test: says whether it passed, and what is wrong if it did not."""

    passed, failed = 0, 0

    def __init__(self, name, hint=""):
        self.name, self.hint = name, hint

    def __enter__(self):
        return self

    def __exit__(self, kind, error, where):
        if kind is not None and not issubclass(kind, Exception):
            return False
        if error is None:
            _Test.passed += 1
            print("\\u2713 " + self.name)
            return True
        _Test.failed += 1
        says = str(error) if kind is AssertionError else kind.__name__ + ": " + str(error)
        print("\\u2717 " + self.name + ": " + says + (" Hint: " + self.hint if self.hint else ""))
        return True

    @staticmethod
    def end(what):
        passed, count = _Test.passed, _Test.passed + _Test.failed
        _Test.passed = _Test.failed = 0
        print("%d of %d visible tests of %s passed" % (passed, count, what))
        assert passed == count, "%d of %d visible tests of %s failed; see above" % (count - passed, count, what)


def _several(came, names):
    """Raises AssertionError unless a tuple with an entry for each of the names came."""
    assert came is not None, "nothing (None) came back. Is there a return?"
    fits = isinstance(came, (tuple, list)) and len(came) == len(names)
    assert fits, "a %s came back; expected a tuple: %s." % (type(came).__name__, ", ".join(names))
    return came


def _keyed(came, keys):
    """Raises AssertionError unless a dict with these keys came."""
    assert came is not None, "nothing (None) came back. Is there a return?"
    fits = isinstance(came, dict) and set(came) == set(keys)
    assert fits, "a %s came back; expected a dict: %s." % (type(came).__name__, ", ".join(map(str, keys)))
    return came


def _same(came, expected, rtol, atol, what="", dtype=""):
    """Raises AssertionError unless every number is within rtol * |expected| + atol."""
    of = what + ": " if what else ""
    assert came is not None, of + "nothing (None) came back. Is there a return?"
    came, expected = np.asarray(came), np.asarray(expected)
    assert came.dtype.kind in "biuf", of + "%r came back; expected numbers." % (came,)
    assert came.shape == expected.shape, of + "the shape is %s; expected %s." % (came.shape, expected.shape)
    assert not dtype or came.dtype == dtype, of + "the numbers are %s; expected %s." % (came.dtype, dtype)
    right = np.isclose(came, expected, rtol=rtol, atol=atol, equal_nan=True)
    assert right.all(), of + "%d of %d numbers differ. Came %s; expected %s." % (
        np.size(right) - right.sum(), np.size(right), np.array2string(came, threshold=20),
        np.array2string(expected, threshold=20))
'''

MAIN = """if __name__ == "__main__":
    import sys

    sys.stdout.reconfigure(errors="backslashreplace")  # a console may lack a sign
    _passed = True
{tests}
    raise SystemExit(0 if _passed else 1)
"""


class HandoutError(ValueError):
    """Why a homework cannot be handed out, in a sentence."""


def write_handout(exercises: Sequence[Exercise], homework: Homework, folder: Path, runner: Runner) -> list[Path]:
    """Writes HOMEWORK.ipynb and HOMEWORK.py into the folder, and gives their paths. Raises HandoutError."""
    if twice := _twice([exercise.function for exercise in exercises]):
        raise HandoutError(f"two exercises ask for a function {twice}; hand them out in two files.")
    tests = {exercise.slug: _tests(exercise, runner) for exercise in exercises}
    program = _program(exercises, homework, tests)
    if len(program.encode()) > MOST_CODE:
        raise HandoutError(
            f"the file has {len(program.encode()):,} bytes; expected at most {MOST_CODE:,}: hand out fewer exercises."
        )
    folder.mkdir(parents=True, exist_ok=True)
    files = {".ipynb": _notebook(exercises, homework, tests), ".py": program}
    paths = [folder / f"{homework.id}{suffix}" for suffix in files]
    for path, text in zip(paths, files.values(), strict=True):
        path.write_text(text, encoding="utf-8", newline="\n")
    return paths


def _twice(names: Sequence[str]) -> str:
    return next((name for place, name in enumerate(names) if name in names[:place]), "")


def _program(exercises: Sequence[Exercise], homework: Homework, tests: Mapping[str, str]) -> str:
    """The program: every function under its statement, and the tests of all at the end."""
    blocks = [homework.line, _commented(f"# Homework {homework.id}\n\n{INTRODUCTION}")]
    blocks += [f"{_commented(_statement(exercise))}\n\n{exercise.starter}" for exercise in exercises]
    blocks += [
        f"# %% The visible tests: run this file to try them.\n{CHECKS}",
        MAIN.format(tests="".join(_guarded(exercise, tests) for exercise in exercises)),
    ]
    return "\n\n".join(blocks)


def _guarded(exercise: Exercise, tests: Mapping[str, str]) -> str:
    """The tests of one exercise, which do not keep those of the next from running."""
    return (
        f'    print("\\n{exercise.function}")\n    try:\n{_indented(tests[exercise.slug], 8)}'
        f"    except AssertionError:\n        _passed = False\n"
    )


def _notebook(exercises: Sequence[Exercise], homework: Homework, tests: Mapping[str, str]) -> str:
    cells = [("markdown", f"# Homework {homework.id}\n\n{INTRODUCTION}"), ("code", f"{homework.line}\n{CHECKS}")]
    for exercise in exercises:
        cells += [("markdown", _statement(exercise)), ("code", exercise.starter)]
        says = f"# The visible tests of {exercise.function}\n"
        cells.append(("code", f'{says}if __name__ == "__main__":\n{_indented(tests[exercise.slug], 4)}'))
    held = {
        "cells": [_cell(number, kind, text) for number, (kind, text) in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            **homework.metadata,
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(held, indent=1, ensure_ascii=False) + "\n"


def _cell(number: int, kind: str, text: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return {**cell, "source": text.rstrip("\n").splitlines(keepends=True)}


def _statement(exercise: Exercise) -> str:
    return f"## {exercise.title}\n\n{exercise.statement.strip()}"


def _commented(markdown: str) -> str:
    return "\n".join(["# %% [markdown]", *(f"# {line}".rstrip() for line in markdown.splitlines())])


def _indented(text: str, by: int) -> str:
    return "".join(f"{' ' * by}{line}\n" for line in text.splitlines())


def _tests(exercise: Exercise, runner: Runner) -> str:
    """The visible tests as statements, with the right answers as torch or the solution gives them."""
    right = truth_of(exercise, runner).parts
    lines: list[str] = []
    for test, parts in zip(exercise.tests, right, strict=True):
        if not test.hidden:
            hint = f", {_literal(test.hint)}" if test.hint else ""
            lines.append(f"with _Test({_literal(test.name)}{hint}):")
            lines += [f"    {line}" for line in _of_test(exercise, test, parts)]
    return "\n".join([*lines, f"_Test.end({_literal(exercise.function)})"])


def _of_test(exercise: Exercise, test: Test, parts: Sequence[AnswerPart]) -> Iterator[str]:
    given = test.args()
    if exercise.answer == "update":
        yield from _updates(exercise, test, given, parts)
        return
    called = _call(exercise, given)
    if len(parts) == 1 and not parts[0].path:
        yield _compared(test, called, parts[0])
        return
    yield f"answer = {called}"
    whole = {part: part.path or (Place("tuple", number, part.name),) for number, part in enumerate(parts)}
    yield from dict.fromkeys(
        _held(path, depth, list(whole.values())) for path in whole.values() for depth in range(len(path))
    )
    for part, path in whole.items():
        yield _compared(test, _at(path), part)


def _held(path: Way, depth: int, every: Sequence[Way]) -> str:
    """The line that checks what holds a part: a tuple or a dict with all that it has to hold."""
    beside = [other[depth] for other in every if len(other) > depth and other[:depth] == path[:depth]]
    if path[depth].sort == "dict":
        return f"_keyed({_at(path[:depth])}, {_literal(list(dict.fromkeys(place.key for place in beside)))})"
    return f"_several({_at(path[:depth])}, {_literal(list(dict.fromkeys(place.name for place in beside)))})"


def _at(path: Way) -> str:
    return "answer" + "".join(f"[{_literal(place.key)}]" for place in path)


def _updates(exercise: Exercise, test: Test, given: Mapping[str, Any], parts: Sequence[AnswerPart]) -> Iterator[str]:
    """One update after another, each with what the one before returned."""
    yield f"param, state = {_literal(given['param'])}, {{}}"
    for update in range(len(given["grads"])):
        handed = at_update(given, update, Written("param"), Written("state"))
        yield f'param, state = _several({_call(exercise, handed)}, ["param", "state"])'
        for part in parts:
            if part.update == update + 1:
                came = "param" if part.name == "param" else f"state.get({_literal(part.name)})"
                yield _compared(test, came, part)


def _compared(test: Test, came: str, part: AnswerPart) -> str:
    what = f", {_literal(part.label)}" if part.label else ""
    dtype = f", dtype={_literal(test.dtype)}" if test.dtype and not part.update else ""
    return f"_same({came}, {_literal(part.value)}, {test.rtol!r}, {test.atol!r}{what}{dtype})"


def _call(exercise: Exercise, given: Mapping[str, Any]) -> str:
    by_place = exercise.signature.by_place
    words = [_literal(given[name]) for name in by_place]
    words += [f"{name}={_literal(value)}" for name, value in given.items() if name not in by_place]
    return f"{exercise.function}({', '.join(words)})"


class Written(str):
    """A word of the program that stands there as it is, such as the name of a variable."""


def _literal(value: Any) -> str:
    """A value as Python writes it, with NumPy as np."""
    if isinstance(value, Written):
        return value
    if isinstance(value, np.ndarray):
        inside = _literal(value.tolist())
        return f"np.array({inside}, dtype={value.dtype.name!r})" if _needs_dtype(value) else f"np.array({inside})"
    if isinstance(value, np.generic):
        plain = _literal(value.item())
        return plain if value.dtype in (np.float64, np.int64, np.bool_) else f"np.{value.dtype.name}({plain})"
    if isinstance(value, float) and not math.isfinite(value):
        return f"float({str(value)!r})"
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(_literal, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_literal(key)}: {_literal(held)}' for key, held in value.items())}}}"
    return repr(value)


def _needs_dtype(value: np.ndarray) -> bool:
    return not value.size or value.dtype not in (np.float64, np.int64, np.bool_)
