"""What each step of a working is answered with: the learner's entries, a slip, a rounded value."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from lib.lesson.run.drive import Answer, Slip, go_on
from lib.lesson.spec import Step
from lib.lesson.working.diagnose import same_value
from lib.lesson.working.rows import Row
from lib.tensors.read import Typed


def entered(asked: Sequence[Row], entries: Mapping[str, Typed], otherwise: Answer = go_on) -> Answer:
    """Sends the learner's entries on; the rest is answered as `otherwise` does."""
    by_step: dict[str, list[Row]] = {}
    for row in asked:
        if row.key in entries:
            by_step.setdefault(row.step.name, []).append(row)

    def answer(step: Step, done: Mapping[str, np.ndarray]) -> Any:
        value = otherwise(step, done)
        for row in by_step.get(step.name, ()):
            value = put(row, value, entries[row.key])
        return value

    return answer


def put(row: Row, value: np.ndarray, entry: Typed) -> np.ndarray:
    """The step's value with the entry in its place."""
    changed = np.array(value, dtype=np.result_type(value, entry.array))
    changed[() if row.index is None else row.index] = entry.array
    return changed


def first_of(answered: Collection[str], learner: Answer, slip: Answer) -> Answer:
    """The learner's answer at the steps that they have answered already, the mistake's everywhere else."""
    return lambda step, done: learner(step, done) if step.name in answered else slip(step, done)


def turning(name: str, of: Callable[[np.ndarray], np.ndarray]) -> Answer:
    """Answers one step as somebody does who makes this of its value."""
    return lambda step, done: of(np.asarray(step.value)) if step.name == name else step.value


def all_of(slips: Sequence[Slip]) -> Slip:
    """Takes what any of the slips takes otherwise, and answers each step as the first slip that changes it does."""

    def answer(step: Step, done: Mapping[str, np.ndarray]) -> Any:
        answers = (slip.answer(step, done) for slip in slips)
        return next((value for value in answers if not same_value(value, step.value)), step.value)

    return Slip({name: value for slip in slips for name, value in slip.changed.items()}, answer)


def kept_to_decimals(count: int) -> Answer:
    """Answers each step as somebody does who writes so many decimals down."""
    return lambda step, done: _rounded(step.value, 10.0**-count)


def kept_to_digits(count: int) -> Answer:
    """Answers each step as somebody does who writes so many significant digits down."""

    def answer(step: Step, done: Mapping[str, np.ndarray]) -> Any:
        size = np.abs(np.asarray(step.value, dtype=np.float64))
        return _rounded(step.value, 10.0 ** (np.floor(np.log10(np.where(size > 0, size, 1.0))) - count + 1))

    return answer


def _rounded(value: Any, unit: Any) -> np.ndarray:
    """To a whole number of units; whole numbers by kind, infinities and NaN stay."""
    value = np.asarray(value)
    if value.dtype.kind != "f":
        return value
    return np.asarray(np.where(np.isfinite(value), np.round(value / unit) * unit, value))
