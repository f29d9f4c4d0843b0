"""The slope of a lesson's result by finite differences: a check on every gradient that needs no calculus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lib.budget import UNBOUNDED, Budget, OverBudget, Stopped
from lib.lesson.run.loss import by_hand, given_values
from lib.lesson.spec import Lesson

MOST_SLOPES = 64  # elements; each costs two hand calculations


def slopes(
    lesson: Lesson, values: Mapping[str, Any], name: str, step: float = 1e-6, *, budget: Budget = UNBOUNDED
) -> np.ndarray:
    """Central differences of the summed result for every element of one tensor; NaN where a neighbour is refused."""
    given = given_values(lesson, values)
    found = np.full(given[name].shape, np.nan)
    for index in np.ndindex(found.shape):
        ends = [_result(lesson, given, name, index, sign * step, budget) for sign in (1, -1)]
        found[index] = (ends[0] - ends[1]) / (2 * step)
    return found


def _result(
    lesson: Lesson, given: Mapping[str, Any], name: str, index: tuple[int, ...], move: float, budget: Budget
) -> float:
    moved = np.array(given[name])
    moved[index] += move
    try:
        steps = by_hand(lesson, {**given, name: moved}, budget=budget)
    except (OverBudget, Stopped):
        raise
    except ValueError:
        return np.nan
    return float(next(reversed(steps.values())).value.sum())
