"""Chooses values for tests such that no argument can be ignored: whoever takes one fixed value for it is found out."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from lib.grading.author.probes import alternatives_of, settings_of
from lib.lesson.spec import Parameter

Values = Mapping[str, Any]
Arrays = list[np.ndarray]
Result = Callable[[Values], Arrays | None]  # nothing for values that are refused


def settings_around(parameters: Sequence[Parameter]) -> list[dict[str, Any]]:
    """Every alternative by itself, then two at a time, then combinations. Defaults are not written out."""
    others = {p.name: [v for v in alternatives_of(p) if not is_default(p, v)] for p in parameters}
    alone = [{name: value} for name, values in others.items() for value in values]
    pairs = [{**a, **b} for a, b in itertools.combinations(alone, 2) if a.keys() != b.keys()]
    fields = {p.name: p for p in parameters}
    mixed = [
        {name: value for name, value in setting.items() if not is_default(fields[name], value)}
        for setting in settings_of(list(parameters))
    ]
    return [*alone, *pairs, *mixed]


def is_default(field: Parameter, value: Any) -> bool:
    return same_value(value, field.default)


def same_value(one: Any, other: Any) -> bool:
    if isinstance(one, list | tuple | np.ndarray) and isinstance(other, list | tuple | np.ndarray):
        return np.shape(one) == np.shape(other) and bool(np.all(np.asarray(one) == np.asarray(other)))
    return type(one) is type(other) and bool(one == other)


def telling(
    chosen: Sequence[Values], candidates: Sequence[Values], defaults: Values, result: Result
) -> tuple[list[Values], set[str]]:
    """The chosen values, and those candidates that it takes besides; and the arguments for which there are none.

    `defaults` names the arguments that matter, each with what stands for it where it is left out.
    """
    taken, idle = list(chosen), set[str]()
    for name, default in defaults.items():
        tried = 0
        while (held := _unnoticed(name, default, taken, result)) is not NOTICED:
            more = next((one for one in candidates if _tells(name, default, held, one, result)), None)
            if more is None or tried == MOST_FOR_ONE:
                idle.add(name)
                break
            taken.append(more)
            tried += 1
    return taken, idle


MOST_FOR_ONE = 4  # tests that are added for one argument
NOTICED = object()


def _unnoticed(name: str, default: Any, taken: Sequence[Values], result: Result) -> Any:
    """A value that this argument could always have, and nobody would notice."""
    for held in _held(name, default, taken):
        if not any(_tells(name, default, held, one, result) for one in taken):
            return held
    return NOTICED


def _held(name: str, default: Any, taken: Sequence[Values]) -> Iterator[Any]:
    seen: list[Any] = []
    for value in (default, *(one[name] for one in taken if name in one)):
        if value is not MISSING and not any(same_value(value, other) for other in seen):
            seen.append(value)
            yield value


MISSING = object()  # of an argument without a default


def _tells(name: str, default: Any, held: Any, one: Values, result: Result) -> bool:
    """Whether these values give another answer where the argument is what is held instead of its own."""
    if same_value(one.get(name, default), held):
        return False
    right, other = result(one), result({**one, name: held})
    return right is not None and (other is None or not same_arrays(right, other))


def same_arrays(one: Arrays, other: Arrays) -> bool:
    return len(one) == len(other) and all(
        np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=1e-5, atol=1e-7, equal_nan=True)
        for a, b in zip(one, other, strict=True)
    )
