"""A whole working with one slip in it, as somebody hands it in: rows, which of them is wrong, and by which mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from lib.lesson.run import Case
from lib.lesson.run.drive import Worked
from lib.lesson.spec import Mistake, Step
from lib.lesson.working.diagnose import mistaken
from lib.lesson.working.rows import Row, row_of, rows, sample_shape

MOST_ROWS, MOST_IN_A_ROW = 14, 8
SHOWS = 0.02  # how far a slip moves its number, of the number itself: less is taken for rounding
MOST_SAMPLES = 6
LEFT_OF_0 = 1e-9


@dataclass(frozen=True, eq=False)
class Slipped:
    """The working of one sample. `values[i]` is what stands in row i, `follows[i]` what the rows above it give."""

    case: Case
    mistake: Mistake
    sample: tuple[int, ...]
    rows: tuple[Row, ...]
    values: tuple[np.ndarray, ...]
    follows: tuple[np.ndarray, ...]
    wrong: int  # the row of the slip

    @property
    def wrong_row(self) -> Row:
        return self.rows[self.wrong]


def slipped(case: Case, mistake: Mistake) -> Iterator[Slipped]:
    """The workings of this case, a sample each, in which the mistake shows in one row and in one row only."""
    made = _made(case, mistake)
    if made is None:
        return
    follows = case.work(lambda step, done: made.sent[step.name])
    if list(follows.steps) != list(made.sent):
        return
    truth = case.forward.steps
    for sample, _ in zip(product(*map(range, sample_shape(truth))), range(MOST_SAMPLES), strict=False):
        found = _of_sample(case, mistake, made, follows, sample)
        if found is not None:
            yield found


def _made(case: Case, mistake: Mistake) -> Worked | None:
    """The working of whoever makes the mistake, where its steps are those of the right one."""
    try:
        made = mistaken(case, mistake)
    except (ValueError, ArithmeticError, IndexError):  # the calculation cannot go on with the slip
        return None
    truth = case.forward.steps
    if made is None or list(made.steps) != list(truth):
        return None
    return made if all(np.shape(made.sent[name]) == np.shape(truth[name].value) for name in truth) else None


def _of_sample(case: Case, mistake: Mistake, made: Worked, follows: Worked, sample: tuple[int, ...]) -> Slipped | None:
    shown = tuple(rows_shown(follows.steps, sample))
    values = tuple(row.of(made.sent[row.step.name]) for row in shown)
    right = tuple(row.of(row.step.value) for row in shown)
    wrong = [place for place in range(len(shown)) if not _same(values[place], right[place])]
    unseen = set(made.sent) - {row.step.name for row in shown}
    if len(shown) > MOST_ROWS or not wrong or any(_differs(made, follows, name) for name in unseen):
        return None
    first = shown[wrong[0]]
    if any(shown[place].step.name != first.step.name for place in wrong):
        return None
    if first.step.given or not _stands_out(values[wrong[0]], right[wrong[0]]):
        return None
    if not all(map(_can_be_read, (*values, *right))):
        return None
    return Slipped(case, mistake, sample, shown, values, right, wrong[0])


def rows_shown(steps: Mapping[str, Step], sample: tuple[int, ...]) -> Iterator[Row]:
    """Every row of a sample's working: those that are asked, and between them those that are shown."""
    asked = rows(steps, sample)
    for step in steps.values():
        given = row_of(step, steps, sample)
        if step.given and given.of(step.value).size <= MOST_IN_A_ROW:
            yield given
        yield from (row for row in asked if row.step.name == step.name)


def _can_be_read(value: np.ndarray) -> bool:
    """Whether its numbers are neither endless nor what rounding has left of a 0."""
    return bool(np.all(np.isfinite(value) & ((value == 0) | (np.abs(value) > LEFT_OF_0))))


def _differs(made: Worked, follows: Worked, name: str) -> bool:
    return not _same(made.sent[name], follows.steps[name].value)


def _same(a: Any, b: Any) -> bool:
    return np.allclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True)


def _stands_out(value: np.ndarray, right: np.ndarray) -> bool:
    """Whether the two part by so much that nobody takes it for rounding."""
    with np.errstate(all="ignore"):
        far = np.abs(value - right) > SHOWS * np.maximum(np.abs(value), np.abs(right)) + 1e-3 * (np.abs(right) > 0.05)
    return bool(np.any(far)) and bool(np.all(np.abs(value) < 1e6))
