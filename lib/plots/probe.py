"""A lesson asked again and again while one number in it moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lib.lesson import run
from lib.lesson.spec import Lesson, Number, Tensor

Index = tuple[int, ...]
Place = tuple[str, Index | None]  # an element of a tensor, or a number among the parameters (no index)
Given = Mapping[str, Any]

MOST_PLACES = 64
_GUESSES = 8  # throws of the dice from which a tensor's domain is read


def movable(lesson: Lesson, values: Given, most: int = MOST_PLACES) -> list[Place]:
    """What can move by a little without being refused: elements of floating tensors, numbers among the parameters.

    Whole numbers (classes, counts of steps) cannot; nor can a probability whose row must add up to 1. Empty where the
    lesson refuses the values themselves.
    """
    try:
        given = run.given_values(lesson, values)
    except ValueError:
        return []
    found: list[Place] = []
    for spec in lesson.fields:
        places = _places(spec, given[spec.name])
        if places and len(found) < most and _can_move(lesson, given, places[0]):
            found += places[: most - len(found)]
    return found


def _places(spec: Any, value: Any) -> list[Place]:
    if isinstance(spec, Tensor) and isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return [(spec.name, index) for index, _ in zip(np.ndindex(value.shape), range(MOST_PLACES), strict=False)]
    return [(spec.name, None)] if isinstance(spec, Number) and not spec.integer else []


def _can_move(lesson: Lesson, given: Given, place: Place) -> bool:
    now = value_at(given, place)
    if not np.isfinite(now):
        return True
    nudge = 1e-3 * max(abs(now), 1.0)
    return any(accepted(lesson, moved(given, place, now + by)) for by in (nudge, -nudge))


def accepted(lesson: Lesson, given: Given) -> bool:
    """Whether the lesson takes these values at all, whatever the result."""
    try:
        lesson.check(**given)
    except ValueError:
        return False
    return True


def value_at(given: Given, place: Place) -> float:
    name, index = place
    return float(given[name] if index is None else given[name][index])


def moved(given: Given, place: Place, x: float) -> dict[str, Any]:
    """The values with x in that place; nothing that came in changes."""
    name, index = place
    if index is None:
        return {**given, name: x}
    array = given[name].copy()
    array[index] = x
    return {**given, name: array}


def loss_at(lesson: Lesson, given: Given) -> float:
    """The summed result by hand; NaN, a gap in a curve, where it is refused or not finite."""
    try:
        steps = run.by_hand(lesson, given)
    except ValueError:
        return np.nan
    return _or_gap(steps)


def _or_gap(steps: Mapping[str, Any]) -> float:
    with np.errstate(all="ignore"):
        total = float(np.sum(list(steps.values())[-1].value))
    return total if np.isfinite(total) else np.nan


def loss_and_gradient(lesson: Lesson, given: Given, place: Place) -> tuple[float, float]:
    """The summed result and what it changes by when this element moves by 1, from the gradient worked by hand."""
    name, index = place
    try:
        forward = run.work(lesson, given)
    except ValueError:
        return np.nan, np.nan
    steps = run.drive(lesson.grad_by_hand(forward.sent, **given)).steps
    gradient = float(steps[f"d_{name}"].value[index]) if f"d_{name}" in steps else 0.0
    return _or_gap(forward.steps), gradient if np.isfinite(gradient) else np.nan


def loss_and_slope(lesson: Lesson, given: Given, place: Place) -> tuple[float, float]:
    """The summed result and its slope by finite differences: for parameters, which have no gradient by hand."""
    x, here = value_at(given, place), loss_at(lesson, given)
    step = 1e-6 * max(abs(x), 1e-3)
    ends = [(x + by, loss_at(lesson, moved(given, place, x + by))) for by in (-step, step)]
    (a, low), (b, high) = [end if np.isfinite(end[1]) else (x, here) for end in ends]
    return here, (high - low) / (b - a) if b > a else np.nan


def has_gradient(lesson: Lesson, given: Given, place: Place) -> bool:
    """Whether torch, and so the hand calculation, differentiates by this place."""
    return any(place[0] == t.name for t in lesson.tensors) and place[0] in run.differentiable(lesson, given)


def reach(lesson: Lesson, given: Given, place: Place) -> tuple[float, float]:
    """From where to where a place is worth moving: around its value, and never out of its domain.

    An element of a tensor goes past zero and past the element that it is compared with; a parameter goes past its
    default and the other values worth trying.
    """
    low, high = _around(lesson, given, place)
    bottom, top = _domain(lesson, given, place)
    now = value_at(given, place)
    if not np.isfinite(now):
        return max(low, bottom), min(high, top)
    low, high = min(now, max(low, bottom)), max(now, min(high, top))
    return _last_accepted(lesson, given, place, low), _last_accepted(lesson, given, place, high)


def _around(lesson: Lesson, given: Given, place: Place) -> tuple[float, float]:
    now = value_at(given, place)
    now = now if np.isfinite(now) else 0.0
    if place[1] is None:
        spec = next(p for p in lesson.parameters if p.name == place[0])
        assert isinstance(spec, Number)
        others = [abs(v) for v in (now, spec.default, *spec.also) if np.isfinite(v)]
        width = 2 * max([v for v in others if v > 0], default=1.0)
    else:
        width = max(3.0, 1.25 * abs(now), *(1.5 * abs(now - other) for other in _partners(given, place)))
    return now - width, now + width


def _partners(given: Given, place: Place) -> list[float]:
    """The elements at the same place of other floating tensors of the same shape: where losses have their kink."""
    name, index = place
    same = (a for n, a in given.items() if n != name and isinstance(a, np.ndarray) and a.dtype.kind == "f")
    found = [float(a[index]) for a in same if a.shape == given[name].shape]
    return [v for v in found if np.isfinite(v) and abs(v) < 1e6]


def _domain(lesson: Lesson, given: Given, place: Place) -> tuple[float, float]:
    """Where numbers of this kind live, read off what the page's dice throw: signs, log-probabilities …"""
    name, index = place
    if index is None:
        return -np.inf, np.inf
    thrown = _thrown(lesson, given, name)
    if thrown is None or thrown.size == 0:
        return -np.inf, np.inf
    if set(np.unique(thrown)) <= {-1.0, 1.0}:
        return -1.0, 1.0
    if thrown.max() <= 0:
        return -np.inf, 0.0
    low = 0.0 if thrown.min() >= 0 else -np.inf
    return low, 1.0 if thrown.max() <= 1 and low == 0 else np.inf


def _thrown(lesson: Lesson, given: Given, name: str) -> np.ndarray | None:
    """Several throws of the dice; None where they do not fit the other tensors as they are now."""
    spec = next(f for f in lesson.fields if f.name == name)
    assert isinstance(spec, Tensor)
    random = np.random.default_rng(0)
    try:
        throws = [np.ravel(spec.draw(random, given[name].shape, given)) for _ in range(_GUESSES)]
    except (ValueError, IndexError):
        return None
    return np.concatenate(throws).astype(np.float64)


def _last_accepted(lesson: Lesson, given: Given, place: Place, end: float) -> float:
    """As far towards `end` as the lesson follows, found by halving."""
    if accepted(lesson, moved(given, place, end)):
        return end
    inside, outside = value_at(given, place), end
    for _ in range(8):
        middle = (inside + outside) / 2
        if accepted(lesson, moved(given, place, middle)):
            inside = middle
        else:
            outside = middle
    return inside


def affordable(lesson: Lesson, given: Given, milliseconds: float, most: int, least: int) -> int:
    """How many hand calculations fit into a time, from the number of steps and elements.

    Counted, not measured: the same values must give the same figure, or it would be sent and drawn anew.
    """
    try:
        steps = run.by_hand(lesson, given).values()
    except ValueError:
        return least
    elements = sum(np.size(step.value) for step in steps) + sum(np.size(v) for v in given.values())
    one = 0.03 + 0.02 * len(steps) + elements * 2e-5
    return int(np.clip(milliseconds / one, least, most))
