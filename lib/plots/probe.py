"""What a lesson gives while one number in it moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lib.budget import UNBOUNDED, Budget, OverBudget, Stopped
from lib.lesson import run
from lib.lesson.spec import Lesson, Number, Tensor

Index = tuple[int, ...]
Place = tuple[str, Index | None]  # an element of a tensor, or a number among the parameters (no index)
Given = Mapping[str, Any]

MOST_PLACES = 64
_GUESSES = 8  # random draws from which a tensor's domain is read


def movable(lesson: Lesson, values: Given, most: int = MOST_PLACES) -> list[Place]:
    """What can move by a little without being refused: elements of floating tensors, numbers among the parameters.

    Whole numbers (classes, counts of steps) cannot. Empty where the lesson refuses the values themselves.
    """
    try:
        given = run.given_values(lesson, values)
    except ValueError:
        return []
    if not accepted(lesson, given):
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
    return (
        not np.isfinite(value_at(given, place))
        or _nudged(lesson, Motion(given, (place,)))
        or (_has_row(given, place) and _nudged(lesson, Motion(given, (place,), shared=True)))
    )


def _nudged(lesson: Lesson, motion: Motion) -> bool:
    """Whether the lesson takes a little more, or a little less."""
    now = value_at(motion.given, motion.places[0])
    nudge = 1e-3 * max(abs(now), 1.0)
    return any(accepted(lesson, motion.to(now + by)) for by in (nudge, -nudge))


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


@dataclass(frozen=True, eq=False)
class Motion:
    """How the values change while chosen numbers move: alone, or (`shared`) with the rest of their row making room.

    A distribution adds up to 1, so where one probability grows, the others shrink in proportion.
    """

    given: Given
    places: tuple[Place, ...]
    shared: bool = False

    def to(self, *x: float) -> dict[str, Any]:
        """The values with the numbers x in their places. What was given stays as it is."""
        values = dict(self.given)
        for place, number in zip(self.places, x, strict=True):
            values = _put(values, place, number)
        return self._with_room(values) if self.shared else values

    def _with_room(self, values: dict[str, Any]) -> dict[str, Any]:
        for name, index in self.places:
            if index and _has_row(self.given, (name, index)):
                held = [other[-1] for n, other in self.places if n == name and other and other[:-1] == index[:-1]]
                array = values[name].copy()
                array[index[:-1]] = _adding_up(array[index[:-1]], held)
                values[name] = array
        return values


def motion(lesson: Lesson, given: Given, *places: Place) -> Motion:
    """How these places can move: alone where the lesson takes that, else with the row making room."""
    alone = all(not np.isfinite(value_at(given, p)) or _nudged(lesson, Motion(given, (p,))) for p in places)
    return Motion(given, places, shared=not alone)


def _put(given: Given, place: Place, x: float) -> dict[str, Any]:
    name, index = place
    if index is None:
        return {**given, name: x}
    array = given[name].copy()
    array[index] = x
    return {**given, name: array}


def _has_row(given: Given, place: Place) -> bool:
    """Whether there is a row along the last axis that adds up to 1."""
    name, index = place
    if not index or given[name].shape[-1] < 2:
        return False
    return bool(abs(given[name][index[:-1]].sum() - 1) < 1e-3)


def _adding_up(row: np.ndarray, held: list[int]) -> np.ndarray:
    """The row, in which the numbers that are not held are scaled so that all of them add up to 1."""
    others = np.ones(row.size, bool)
    others[held] = False
    room, used = 1 - row[held].sum(), row[others].sum()
    filled = row.copy()
    filled[others] = row[others] * (room / used) if used > 0 else room / max(others.sum(), 1)
    return filled


def loss_at(lesson: Lesson, given: Given, *, budget: Budget = UNBOUNDED) -> float:
    """The summed result by hand; NaN, a gap in a curve, where it is refused or not finite."""
    try:
        steps = run.by_hand(lesson, given, budget=budget)
    except (OverBudget, Stopped):
        raise
    except ValueError:
        return np.nan
    return _or_gap(steps)


def _or_gap(steps: Mapping[str, Any]) -> float:
    with np.errstate(all="ignore"):
        total = float(np.sum(list(steps.values())[-1].value))
    return total if np.isfinite(total) else np.nan


def loss_and_gradient(lesson: Lesson, motion: Motion, x: float, *, budget: Budget = UNBOUNDED) -> tuple[float, float]:
    """The summed result and what it changes by when this element moves by 1, from the gradient worked by hand."""
    (name, index), given = motion.places[0], motion.to(x)
    try:
        case = run.Case.of(lesson, given, budget=budget)
        forward = case.forward
    except (OverBudget, Stopped):
        raise
    except ValueError:
        return np.nan, np.nan
    steps = case.gradient.steps
    gradient = float(steps[f"d_{name}"].value[index]) if f"d_{name}" in steps else 0.0
    return _or_gap(forward.steps), gradient if np.isfinite(gradient) else np.nan


def loss_and_slope(lesson: Lesson, motion: Motion, x: float, *, budget: Budget = UNBOUNDED) -> tuple[float, float]:
    """The summed result and its slope by finite differences: for what has no gradient by hand."""
    here = loss_at(lesson, motion.to(x), budget=budget)
    step = 1e-6 * max(abs(x), 1e-3)
    ends = [(x + by, loss_at(lesson, motion.to(x + by), budget=budget)) for by in (-step, step)]
    (a, low), (b, high) = [end if np.isfinite(end[1]) else (x, here) for end in ends]
    return here, (high - low) / (b - a) if b > a else np.nan


def has_gradient(lesson: Lesson, motion: Motion) -> bool:
    """Whether torch, and so the hand calculation, gives a gradient for this place."""
    name = motion.places[0][0]
    return not motion.shared and name in run.differentiable(lesson, motion.given)


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
    moving = motion(lesson, given, place)
    return _last_accepted(lesson, moving, now, low), _last_accepted(lesson, moving, now, high)


def _around(lesson: Lesson, given: Given, place: Place) -> tuple[float, float]:
    now = value_at(given, place)
    now = now if np.isfinite(now) else 0.0
    if place[1] is None:
        spec = next(p for p in lesson.parameters if p.name == place[0])
        assert isinstance(spec, Number)
        worth_trying = [v for v in (0.0, now, spec.default, *spec.also) if v is not None and np.isfinite(v)]
        low, high = 2 * min(worth_trying), 2 * max(worth_trying)
        return (low, high) if high > low else (-1.0, 1.0)
    width = max(3.0, 1.25 * abs(now), *(1.5 * abs(now - other) for other in _partners(given, place)))
    return now - width, now + width


def _partners(given: Given, place: Place) -> list[float]:
    """The elements at the same place of other floating tensors of the same shape: where losses have their kink."""
    name, index = place
    same = (a for n, a in given.items() if n != name and isinstance(a, np.ndarray) and a.dtype.kind == "f")
    found = [float(a[index]) for a in same if a.shape == given[name].shape]
    return [v for v in found if np.isfinite(v) and abs(v) < 1e6]


def _domain(lesson: Lesson, given: Given, place: Place) -> tuple[float, float]:
    """The range of such numbers (signs, log-probabilities …), read off what the page's dice draw."""
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
    """Several random draws of the tensor; None where they do not fit the other tensors as they are now."""
    spec = next(f for f in lesson.fields if f.name == name)
    assert isinstance(spec, Tensor)
    random = np.random.default_rng(0)
    try:
        throws = [np.ravel(spec.draw(random, given[name].shape, given)) for _ in range(_GUESSES)]
    except (ValueError, IndexError):
        return None
    return np.concatenate(throws).astype(np.float64)


def _last_accepted(lesson: Lesson, motion: Motion, inside: float, outside: float) -> float:
    """The outermost value that the lesson still takes, found by halving."""
    if accepted(lesson, motion.to(outside)):
        return outside
    for _ in range(8):
        middle = (inside + outside) / 2
        if accepted(lesson, motion.to(middle)):
            inside = middle
        else:
            outside = middle
    return inside


def affordable(
    lesson: Lesson, given: Given, milliseconds: float, most: int, least: int, *, budget: Budget = UNBOUNDED
) -> int:
    """How many hand calculations fit into a time, from the number of steps and elements.

    Counted, not measured: the same values must give the same figure, or it would be sent and drawn anew.
    """
    try:
        steps = run.by_hand(lesson, given, budget=budget).values()
    except (OverBudget, Stopped):
        raise
    except ValueError:
        return least
    elements = sum(np.size(step.value) for step in steps) + sum(np.size(v) for v in given.values())
    one = 0.03 + 0.005 * len(steps) ** 2 + elements * 2e-5  # squared: of many steps, each is long
    return int(np.clip(milliseconds / one, least, most))
