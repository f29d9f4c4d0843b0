"""What the parts of a working card share: what is worked, on which numbers, and which sheets are on the screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lib.lesson.run import Case, TorchResult
from lib.lesson.spec import Step, Topic
from lib.lesson.working import Part, Row
from lib.lesson.working.diagnose import truth_of
from lib.lesson.working.rows import rows
from lib.lesson.working.whole_run import WholeRun
from lib.once import once
from lib.ui.budget import page_budget
from lib.ui.working.choosing import sample_now, samples_of, turn_now
from lib.ui.working.sheets import Sample, SheetName, fingerprint, found_of

WayHere = Callable[[], WholeRun | None]  # what came before the update or epoch that is worked


def from_the_start() -> None:
    """Nothing came before it."""


@dataclass(frozen=True, eq=False)
class Desk:
    """`fields` is the start of the fields' keys: the part, or an update, or a part of an assignment."""

    lesson: Topic
    case: Case
    part: Part
    fields: str
    torch: TorchResult | None
    form: Mapping[str, Any]  # what stands in the page's fields, so that others can; empty: there are none to draw
    sample: Sample
    turn: str | None
    before: WayHere = from_the_start

    @once
    def steps(self) -> Mapping[str, Step]:
        return truth_of(self.case, self.part).steps

    @once
    def samples(self) -> list[Sample]:
        return samples_of(self.steps)

    @once
    def asked(self) -> list[Row]:
        """All rows: the sample's own, then those about all samples together."""
        return rows(self.steps, self.sample, self.turn)

    @once
    def own(self) -> list[Row]:
        """The sample's own rows; all of them where there is one sample."""
        return [row for row in self.asked if row.index is not None] if len(self.samples) > 1 else self.asked

    @once
    def result(self) -> Row | None:
        """The row that stands beside PyTorch's number."""
        param = next((row for row in self.asked if row.step.name == "param"), None)
        return param or (self.asked[-1] if self.asked else None)

    @once
    def numbers(self) -> str:
        return fingerprint(self.case.typed)

    def name(self, sample: Sample | None) -> SheetName:
        return SheetName(self.lesson.slug, self.fields, self.numbers, sample)

    def found(self, sample: Sample) -> str:
        """The sample's loss as the learner found it; empty while it is open."""
        return found_of(self.name(sample))

    @property
    def next_sample(self) -> Sample | None:
        """The sample after this one that is still open, round the corner; None where all are solved."""
        place = self.samples.index(self.sample) if self.sample in self.samples else 0
        after = [*self.samples[place + 1 :], *self.samples[:place]]
        return next((sample for sample in after if not self.found(sample)), None)


def desk_of(
    lesson: Topic,
    values: Mapping[str, Any],
    part: Part,
    torch: TorchResult | None,
    fields: str = "",
    form: Mapping[str, Any] | None = None,
    before: WayHere = from_the_start,
) -> Desk:
    """The desk for these values, with the sample and the turn of a loop that are chosen."""
    case = Case.of(lesson, values, budget=page_budget())
    steps = truth_of(case, part).steps
    sample, turn = sample_now(lesson, steps, part), turn_now(lesson, steps, part)
    return Desk(lesson, case, part, fields or part, torch, values if form is None else form, sample, turn, before)
