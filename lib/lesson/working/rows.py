"""Which rows the page asks: the steps of the chosen sample, then the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lib.lesson.spec import Step

MOST_TO_TYPE = 16  # numbers in one entry; a longer step is shown instead of asked
MOST_TURNS = 4  # of a loop asked at once; a longer loop is worked one turn at a time
MOST_IN_TURNS = 12  # rows asked in all turns together


@dataclass(frozen=True, eq=False)
class Row:
    """One entry of the working: a step of the chosen sample (`index`), or a whole step (`index` None)."""

    step: Step
    index: tuple[int, ...] | None

    @property
    def is_all(self) -> bool:
        """Whether it asks for the step's values of all samples at once."""
        return self.index is None and bool(self.step.axes)

    @property
    def key(self) -> str:
        return f"{self.step.name}_all" if self.is_all else self.step.name

    def of(self, value: np.ndarray) -> np.ndarray:
        """The part of the step's value that this row asks for."""
        return np.asarray(value) if self.index is None else np.asarray(value)[self.index]

    @property
    def label(self) -> str:
        return f"{self.step.label}, all" if self.is_all else self.step.label

    def numbers(self) -> str:
        """= or ≈ and the formula's right side with this row's numbers, in LaTeX; empty where the step has none."""
        return "" if self.is_all else self.step.beside_symbol(*(self.index or ()))


def sample_shape(steps: Mapping[str, Step]) -> tuple[int, ...]:
    """The shape of the samples (or elements) to choose from; () where there is one only."""
    step = next((s for s in steps.values() if s.axes), None)
    return np.shape(step.value)[: step.sample_dims] if step else ()


def turns(steps: Mapping[str, Step]) -> list[str]:
    """The turns of a loop (`alpha[3]` is turn 3) to choose from; none where all are few enough to ask."""
    names = [step.name for step in steps.values() if step.name != step.base and not step.given]
    found = list(dict.fromkeys(name.partition("[")[2].rstrip("]") for name in names))
    return found if len(found) > MOST_TURNS or (len(found) > 1 and len(names) > MOST_IN_TURNS) else []


def rows(steps: Mapping[str, Step], sample: tuple[int, ...], turn: str | None = None) -> list[Row]:
    """What the page asks: each step of the chosen sample, all losses together, then the reduction.

    Of a long loop only the chosen `turn` is asked (the last one, unless given); the others go on with their own values.
    """
    several_turns = turns(steps)
    last_turn = several_turns[-1] if several_turns else None
    chosen = turn if turn in several_turns else last_turn
    asked: list[Row] = []
    last = _last_before_reduction(steps)
    several = int(np.prod(sample_shape(steps))) > 1
    for step in steps.values():
        row = row_of(step, steps, sample)
        skipped = chosen is not None and step.name not in (step.base, f"{step.base}[{chosen}]")
        if not step.given and not skipped and row.of(step.value).size <= MOST_TO_TYPE:
            asked.append(row)
        if several and step is last and step.value.size <= MOST_TO_TYPE:
            asked.append(Row(step, None))
    return asked


def row_of(step: Step, steps: Mapping[str, Step], sample: tuple[int, ...]) -> Row:
    """The chosen sample's part of a step, or the whole step where it is not about samples."""
    shape = sample_shape(steps)
    about_samples = step.axes and np.shape(step.value)[: step.sample_dims] == shape and 0 not in shape
    return Row(step, sample if about_samples else None)


def _last_before_reduction(steps: Mapping[str, Step]) -> Step | None:
    """The step whose losses the reduction adds up; None where it has nothing to add."""
    names = list(steps)
    first_whole = next((i for i, name in enumerate(names) if name in ("divisor", "loss")), 0)
    if first_whole == 0 or np.shape(steps[names[-1]].value) == np.shape(steps[names[first_whole - 1]].value):
        return None
    return steps[names[first_whole - 1]] if steps[names[first_whole - 1]].axes else None
