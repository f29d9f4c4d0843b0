"""Can an argument be ignored without losing a point? Then no test shows what it is for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lib.exercises import Exercise, Test
from lib.grading.author.rejects import around, literal

MOST_VALUES = 4  # of an argument that are tried in its place, besides its default

CALL = "    return right(*args, **named)"
HANDED_ON = ("param", "grad", "state")  # of an update: what changes from one to the next


def with_fixed(exercise: Exercise, name: str) -> Iterator[tuple[str, str, list[Test]]]:
    """Solutions in which an argument is always the same: what it is then, in words; the source; tests that cannot tell.

    It is fixed to its default, and to the values that the tests give it.
    """
    if name in exercise.signature.by_name:
        words = f"its default ({exercise.signature.defaults.get(name)})"
        yield words, _fixed(exercise, name, None), [test for test in exercise.tests if name not in test.recipe]
    for tests in _by_value(exercise, name)[:MOST_VALUES]:
        value = tests[0].args()[name]
        if exercise.answer == "update" and name == "lr" and np.ndim(value):  # one for each update
            value = value[0]
        yield f"that of {tests[0].name!r}", _fixed(exercise, name, literal(value)), tests


def _by_value(exercise: Exercise, name: str) -> list[list[Test]]:
    """The tests that give the argument, by what they give; visible ones first."""
    found: dict[str, list[Test]] = {}
    for test in sorted(exercise.tests, key=lambda test: test.hidden):
        if name in test.recipe:
            found.setdefault(repr(test.recipe[name]), []).append(test)
    return list(found.values())


def _fixed(exercise: Exercise, name: str, value: str | None) -> str:
    """The solution, called with this in place of what the argument is; with None, without it."""
    by_place = exercise.signature.by_place
    if name in by_place:
        return around(exercise, f"args = list(args)\n    args[{by_place.index(name)}] = {value}\n{CALL}")
    change = f"named.pop({name!r}, None)" if value is None else f"named[{name!r}] = {value}"
    return around(exercise, f"{change}\n{CALL}")


def arguments_of(exercise: Exercise) -> list[str]:
    """Those that are tried: of an update the state is a standard wrong answer by itself."""
    return [name for name in exercise.signature.names if exercise.answer != "update" or name not in HANDED_ON]
