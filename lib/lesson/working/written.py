"""A slip that digits cannot show, told by the expression: tried on other samples, it gives what is wrong there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lib.lesson.run.case import Case
from lib.lesson.run.drive import Worked
from lib.lesson.spec import Mistake, Step
from lib.lesson.working.diagnose import Part, mistaken, mistakes_of, same_value, truth_of
from lib.lesson.working.rows import Row, sample_shape
from lib.lesson.working.symbols import symbols_of
from lib.tensors.number import TensorTextError
from lib.tensors.read import Typed, calculated

MOST_SAMPLES = 8  # that an expression is tried on
_NUMBERS = re.compile(r"(?<![A-Za-z_0-9])(?:\d+\.?\d*|\.\d+)")
_ANYWHERE = frozenset({"2", "0.5", ".5"})  # numbers that belong to a formula; any other may be this sample's own


@dataclass(frozen=True, eq=False)
class Told:
    """What the expression tells: a sentence, and the mistakes that are left."""

    says: str
    mistakes: tuple[Mistake, ...]


def told_by_the_expression(
    case: Case, part: Part, row: Row, text: str, mistakes: tuple[Mistake, ...], right: bool
) -> Told:
    """Of an entry that is right: whether the same expression would be wrong for another sample, and by which slip.

    Of one that several mistakes fit: those alone that also fit what it gives there.
    """
    if not row.index or set(_NUMBERS.findall(text)) - _ANYWHERE or (not right and len(mistakes) < 2):
        return Told("", mistakes)
    steps = truth_of(case, part).steps
    elsewhere = list(_elsewhere(case, part, row, text, steps))
    if not right:
        left = tuple(m for m in mistakes if _fits(mistaken(case, m, part), row, elsewhere))
        return Told("", left or mistakes)
    for sample, value in elsewhere:
        truth = Row(row.step, sample).of(row.step.value)
        if not same_value(value, truth):
            found = [m for m in mistakes_of(case.lesson, part) if _fits(mistaken(case, m, part), row, elsewhere)]
            slip = f" {found[0].says}" if len(found) == 1 else ""
            where = ", ".join(map(str, sample))
            return Told(f"Right here. For sample {where} the same expression gives another number.{slip}", mistakes)
    return Told("", mistakes)


def _elsewhere(
    case: Case, part: Part, row: Row, text: str, steps: Mapping[str, Step]
) -> Iterator[tuple[tuple[int, ...], np.ndarray]]:
    """What the expression gives for other samples, each from its own right values above."""
    samples: Sequence[tuple[int, ...]] = list(np.ndindex(sample_shape(steps)))[: MOST_SAMPLES + 1]
    for sample in samples:
        if sample == row.index:
            continue
        here = Row(row.step, sample)
        above = [Row(step, sample if step.axes else None) for step in _before(row.step, steps) if step.axes]
        entries = {r.key: Typed(np.asarray(r.of(r.step.value)), "float", np.zeros(())) for r in above}
        try:
            found = calculated(text, symbols_of(here, case, part, above, entries)).array
        except TensorTextError:
            return
        if found.shape == here.of(row.step.value).shape:
            yield sample, found


def _before(step: Step, steps: Mapping[str, Step]) -> list[Step]:
    names = list(steps)
    return [steps[name] for name in names[: names.index(step.name)]]


def _fits(working: Worked | None, row: Row, elsewhere: Sequence[tuple[tuple[int, ...], np.ndarray]]) -> bool:
    """Whether this working has the expression's numbers at the row's step, for every sample it was tried on."""
    value = working.sent.get(row.step.name) if working else None
    if value is None or np.shape(value) != np.shape(row.step.value):
        return False
    return bool(elsewhere) and all(same_value(Row(row.step, sample).of(value), found) for sample, found in elsewhere)
