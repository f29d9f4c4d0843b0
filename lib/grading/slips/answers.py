"""What many people would answer to one test, side by side: which of them answer as this one does?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from lib.exercises import Test
from lib.grading.trial import AnswerPart, Trial
from lib.tensors.compare import numbers_of

Shapes = tuple[tuple[int, ...] | None, ...]


@dataclass(frozen=True, eq=False)
class Given:
    """An answer without its names: the shape of each part that is asked for (None: it is missing), all numbers in a
    row, and the error that ended it, if one did."""

    shapes: Shapes
    numbers: np.ndarray
    error: str = ""

    @property
    def build(self) -> tuple[Shapes, str]:
        return self.shapes, self.error


def given_by(trial: Trial, right: Sequence[AnswerPart]) -> Given:
    """The answer in the order of the right one's parts; of several updates those that were finished."""
    error = f"misfit: {trial.misfit}" if trial.misfit else ("" if trial.last.outcome == "returned" else _error(trial))
    held = {part.key: part.value for part in trial.parts}
    finished = max((part.update for part in trial.parts), default=0)
    asked = [part for part in right if part.update <= finished] if trial.parts else []
    arrays = [numbers_of(held.get(part.key)) for part in asked]
    shapes = tuple(None if array is None or array.dtype.kind == "c" else array.shape for array in arrays)
    rows = [array.astype(np.float64).ravel() for array in arrays if array is not None and array.dtype.kind != "c"]
    return Given(shapes, np.concatenate(rows) if rows else np.zeros(0), error)


def _error(trial: Trial) -> str:
    fault = trial.last.fault
    return f"{trial.last.outcome} {fault.type}: {fault.message}" if fault else trial.last.outcome


@dataclass(frozen=True, eq=False)
class Column:
    """The answers of many to one test."""

    test: Test
    answers: tuple[Given | None, ...]
    _blocks: dict[tuple[Shapes, str], tuple[np.ndarray, np.ndarray]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        alike: dict[tuple[Shapes, str], list[int]] = {}
        for place, one in enumerate(self.answers):
            if one is not None:
                alike.setdefault(one.build, []).append(place)
        for build, places in alike.items():
            rows = np.stack([one.numbers for place in places if (one := self.answers[place]) is not None])
            self._blocks[build] = np.array(places), rows

    @property
    def nbytes(self) -> int:
        return sum(rows.nbytes for _, rows in self._blocks.values())

    def like(self, mine: Given) -> np.ndarray:
        """Which of them answer as this one does, within what the test allows."""
        found = np.zeros(len(self.answers), dtype=bool)
        if (block := self._blocks.get(mine.build)) is not None:
            places, rows = block
            found[places] = same(mine.numbers, rows, self.test).all(axis=1)
        return found

    def times(self, mine: Given) -> np.ndarray:
        """By which factor mine is each of the answers of its shape; NaN where it is none, or 1, or cannot be known."""
        factors = np.full(len(self.answers), np.nan)
        block = self._blocks.get(mine.build)
        if block is None or mine.error or not mine.numbers.size or not np.isfinite(mine.numbers).all():
            return factors
        places, rows = block
        with np.errstate(all="ignore"):
            widest = np.argmax(np.abs(rows), axis=1)
            factor = mine.numbers[widest] / rows[np.arange(len(rows)), widest]
            fits = same(mine.numbers, factor[:, None] * rows, self.test).all(axis=1)
        factors[places] = np.where(fits & np.isfinite(factor) & (factor != 0), factor, np.nan)
        return factors


def same(mine: np.ndarray, theirs: np.ndarray, test: Test) -> np.ndarray:
    """Number by number, as `lib.tensors.compare` has it."""
    with np.errstate(all="ignore"):
        near = np.abs(mine - theirs) <= test.rtol * np.abs(theirs) + test.atol
        return np.where(
            np.isfinite(mine) & np.isfinite(theirs), near, (mine == theirs) | (np.isnan(mine) & np.isnan(theirs))
        )


def is_telling(one: Given | None, right: Given, test: Test) -> bool:
    """Whether an answer shows how it came about: a number that is wrong, and no 0, NaN or infinity; or wrong zeros and
    infinities beside numbers that are right; or an error that names shapes."""
    if one is None:
        return False
    if one.error and not one.numbers.size:
        return one.error.startswith("raised") and "broadcast" in one.error
    solid = np.isfinite(one.numbers) & (one.numbers != 0)
    if one.shapes != right.shapes:
        return bool(solid.any())
    wrong = ~same(one.numbers, right.numbers, test)
    both = (wrong & (one.numbers == 0)).any() and (wrong & ~np.isfinite(one.numbers)).any()
    return bool((wrong & solid).any() or (both and solid.any()))
