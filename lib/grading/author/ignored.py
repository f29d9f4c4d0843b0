"""Can an argument be ignored without losing a point? Then no test shows what it is for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lib.exercises import Exercise
from lib.grading.author.rejects import around, literal

MOST_VALUES = 4  # of an argument that are tried in its place, besides its default

CALL = "    return right(*args, **named)"
HANDED_ON = ("param", "grad", "state")  # of an update: what changes from one to the next


def with_fixed(exercise: Exercise, name: str) -> Iterator[tuple[str, str]]:
    """Solutions in which an argument is always the same: what it is then, in words, and the source.

    It is fixed to its default, and to the values that the tests give it.
    """
    if name in exercise.signature.by_name:
        yield f"its default ({exercise.signature.defaults.get(name)})", _fixed(exercise, name, None)
    for words, value in _values(exercise, name):
        yield words, _fixed(exercise, name, literal(value))


def _values(exercise: Exercise, name: str) -> Iterator[tuple[str, Any]]:
    """The values of an argument in the tests, those of the visible ones first; each once."""
    seen: list[str] = []
    for test in sorted(exercise.tests, key=lambda test: test.hidden):
        written = repr(test.recipe.get(name))
        if name in test.recipe and written not in seen and len(seen) < MOST_VALUES:
            seen.append(written)
            value = test.args()[name]
            by_update = exercise.answer == "update" and name == "lr" and np.ndim(value)
            yield f"that of {test.name!r}", value[0] if by_update else value


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
