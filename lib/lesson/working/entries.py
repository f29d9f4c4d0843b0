"""What the learner's entries are worth, with follow-through.

One slip costs one row: an entry is right if it fits the truth, or what follows from the learner's earlier entries.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from lib.budget import UNBOUNDED, Budget, OverBudget, Stopped
from lib.lesson.run.case import Case
from lib.lesson.run.drive import Answer, Worked
from lib.lesson.spec import Mistake, Step, Topic
from lib.lesson.working.diagnose import Part, answers_of, mistakes_of, same_value, truth_of, worked
from lib.lesson.working.rows import Row, rows
from lib.lesson.working.symbols import symbols_of
from lib.lesson.working.written import told_by_the_expression
from lib.once import once
from lib.tensors.expression import NO_NAMES, Names
from lib.tensors.number import TensorTextError
from lib.tensors.read import Typed, read, read_one
from lib.tensors.rounding import fits, rounds_to

Verdict = Literal["blank", "unreadable", "shape", "right", "earlier", "digits", "mistake", "wrong"]


@dataclass(frozen=True, eq=False)
class Judged:
    """A row, the truth for it, and what the learner's entry is worth."""

    row: Row
    truth: np.ndarray
    verdict: Verdict
    says: str = ""
    mistakes: tuple[Mistake, ...] = ()
    entry: Typed | None = None  # what was typed, where it could be read


def gives_away(given: Step, judged: Sequence[Judged]) -> bool:
    """Whether a shown step holds the value of a row that still waits for its answer (whole numbers tell little)."""
    if np.all(given.value == np.round(given.value)):
        return False
    waiting = (j.row.step.value for j in judged if j.verdict not in ("right", "earlier"))
    return any(same_value(given.value, value) for value in waiting)


def judge(
    lesson: Topic,
    values: Mapping[str, Any],
    entries: Mapping[str, str],
    sample: tuple[int, ...],
    part: Part = "forward",
    turn: str | None = None,
    *,
    budget: Budget = UNBOUNDED,
) -> list[Judged]:
    """A verdict for every row. `entries` maps a row's key to the text typed there; rows that are left out are blank."""
    return judge_case(Case.of(lesson, values, budget=budget), entries, sample, part, turn)


def judge_case(
    case: Case, entries: Mapping[str, str], sample: tuple[int, ...], part: Part = "forward", turn: str | None = None
) -> list[Judged]:
    """A verdict for every row of a case whose values have been read already."""
    asked = rows(truth_of(case, part).steps, sample, turn)
    typed = _typed(case, truth_of(case, part).steps, asked, entries)
    used = {key: entry for key, entry in typed.items() if isinstance(entry, Typed)}
    sheet = _Sheet(case, part, asked, used)
    judged = [sheet.judge(row, entry) if isinstance(entry := typed[row.key], Typed) else entry for row in asked]
    return [_with_entry(case, part, one, used.get(one.row.key), entries) for one in judged]


def _with_entry(case: Case, part: Part, one: Judged, entry: Typed | None, texts: Mapping[str, str]) -> Judged:
    """The verdict with what was read, and what its expression tells where its digits cannot."""
    if entry is None or not entry.calculated or one.verdict not in ("right", "earlier", "mistake"):
        return replace(one, entry=entry)
    told = told_by_the_expression(case, part, one.row, texts[one.row.key], one.mistakes, one.verdict != "mistake")
    return replace(one, entry=entry, says=one.says or told.says, mistakes=told.mistakes)


def _typed(
    case: Case, steps: Mapping[str, Step], asked: Sequence[Row], entries: Mapping[str, str]
) -> dict[str, Typed | Judged]:
    """What was typed in each row, from the first on: an entry may calculate with those above it."""
    typed: dict[str, Typed | Judged] = {}
    for row in asked:
        text = entries.get(row.key, "")
        above = {key: entry for key, entry in typed.items() if isinstance(entry, Typed)}
        has_names = re.search(r"[^\W\d]", text)
        typed[row.key] = _read(row, text, symbols_of(row, case, steps, asked, above) if has_names else NO_NAMES)
    return typed


def _read(row: Row, text: str, names: Names = NO_NAMES) -> Typed | Judged:
    """What was typed, if it can be used; else the verdict that says why not."""
    expected = row.of(row.step.value)
    if not text.strip():
        return Judged(row, expected, "blank")
    try:
        entry = read_one(text, names) if expected.shape == () else read(text, names)
    except TensorTextError as error:
        return Judged(row, expected, "unreadable", str(error))
    if entry.array.shape != expected.shape:
        came, wanted = _in_words(entry.array.shape), _in_words(expected.shape)
        return Judged(row, expected, "shape", f"This is {came}; expected {wanted}.")
    return entry


def _in_words(shape: tuple[int, ...]) -> str:
    if not shape:
        return "one number"
    if len(shape) == 1:
        return f"a list of {shape[0]}"
    return "a block of shape (" + ", ".join(map(str, shape)) + ")"


@dataclass(frozen=True, eq=False)
class _Sheet:
    """The rows that are asked, and the learner's entries that can be sent on, by the row's key."""

    case: Case
    part: Part
    asked: Sequence[Row]
    entries: Mapping[str, Typed]

    @once
    def followed(self) -> Worked:
        """The working that goes on with everything that the learner entered; where that cannot be, with the truth."""
        return self._going_on(_answer(self.asked, self.entries)) or truth_of(self.case, self.part)

    def _going_on(self, answer: Answer) -> Worked | None:
        """The working with these answers; None where it cannot go on with them, such as with an epoch of 1e308."""
        try:
            return worked(self.case, self.part, answer)
        except (OverBudget, Stopped):
            raise
        except (ValueError, ArithmeticError, IndexError):
            return None

    def judge(self, row: Row, entry: Typed) -> Judged:
        true = row.of(truth_of(self.case, self.part).steps[row.step.name].value)
        if fits(entry, true).all():
            return Judged(row, true, "right")
        follows = row.of(self._followed_value(row))
        if (fits(entry, true) | fits(entry, follows)).all():
            return Judged(row, true, "earlier")
        found = self._fitting_mistakes(row, entry, (true, follows))
        if found:
            return Judged(row, true, "mistake", mistakes=found)
        general = _general_slip(entry, follows)
        if general:
            return Judged(row, true, "wrong", general)
        if any(rounds_to(entry, value) for value in (true, follows)):
            return Judged(row, true, "digits", "Right so far. Give three digits.")
        return Judged(row, true, "wrong")

    def _before(self, row: Row) -> list[Row]:
        """The rows above this one that hold an entry."""
        return [other for other in self.asked[: self.asked.index(row)] if other.key in self.entries]

    def _followed_value(self, row: Row) -> np.ndarray:
        """What follows from earlier entries, the chosen sample's entry included where this row asks for all of them."""
        value = self.followed.steps[row.step.name].value
        for other in self._before(row):
            if other.step.name == row.step.name:
                value = _put(other, value, self.entries[other.key])
        return value

    def _fitting_mistakes(self, row: Row, entry: Typed, right: tuple[np.ndarray, ...]) -> tuple[Mistake, ...]:
        """Every mistake that, made after the learner's earlier entries, gives this entry."""
        before = self._before(row)
        learner = _answer(before, self.entries)
        answered = {other.step.name for other in before} - {row.step.name}
        found = []
        for mistake in mistakes_of(self.case.lesson, self.part):
            if not mistake.when(self.case.given):
                continue
            slip = answers_of(mistake, self.case.given)
            mistaken = self._going_on(_first_of(answered, learner, slip))
            wrong = mistaken.sent.get(row.step.name) if mistaken else None
            if wrong is None or np.shape(wrong) != np.shape(row.step.value):
                continue
            value = row.of(wrong)
            if not any(same_value(value, r) for r in right) and fits(entry, value).all():
                found.append(mistake)
        return tuple(found)


def _answer(asked: Sequence[Row], entries: Mapping[str, Typed]) -> Answer:
    """Sends the learner's entries on; steps without one go on with their own value."""
    by_step: dict[str, list[Row]] = {}
    for row in asked:
        if row.key in entries:
            by_step.setdefault(row.step.name, []).append(row)

    def answer(step: Step, done: Mapping[str, np.ndarray]) -> Any:
        value = step.value
        for row in by_step.get(step.name, ()):
            value = _put(row, value, entries[row.key])
        return value

    return answer


def _put(row: Row, value: np.ndarray, entry: Typed) -> np.ndarray:
    """The step's value with the entry in its place."""
    changed = np.array(value, dtype=np.result_type(value, entry.array))
    changed[() if row.index is None else row.index] = entry.array
    return changed


def _first_of(answered: Collection[str], learner: Answer, slip: Answer) -> Answer:
    """The learner's answer at the steps that they have answered already, the mistake's everywhere else."""
    return lambda step, done: learner(step, done) if step.name in answered else slip(step, done)


def _general_slip(entry: Typed, expected: np.ndarray) -> str:
    """Slips that can happen in any step: the sign, the base of the logarithm. Empty if it is neither."""
    if fits(entry, -expected).all():
        return "The sign is the other way round."
    if fits(entry, expected / np.log(2)).all() or fits(entry, expected * np.log(2)).all():
        return "This is off by a factor of ln 2: the logarithm has another base here."
    if fits(entry, expected / np.log(10)).all():
        return "This is off by a factor of ln 10: the logarithm has another base here."
    return ""
