"""What the learner's entries are worth, with follow-through.

One slip costs one row: an entry is right if it fits the truth, or what follows from the learner's earlier entries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from lib.budget import UNBOUNDED, Budget, OverBudget, Stopped
from lib.lesson.run.case import Case
from lib.lesson.run.drive import Answer, Slip, Worked
from lib.lesson.spec import Mistake, Step, Topic
from lib.lesson.working.answers import all_of, entered, first_of, kept_to_decimals, kept_to_digits, put, turning
from lib.lesson.working.diagnose import Part, made, mistakes_of, same_value, worked
from lib.lesson.working.other_roads import NOT_UPDATED, before_the_update, on_another_road, turned, turned_above
from lib.lesson.working.rows import Row, rows
from lib.lesson.working.symbols import symbols_of
from lib.lesson.working.truth import Truth
from lib.lesson.working.whole_run import WholeRun
from lib.lesson.working.written import told_by_the_expression
from lib.once import once
from lib.tensors.expression import NO_NAMES, Names
from lib.tensors.number import TensorTextError
from lib.tensors.read import Typed, read, read_one
from lib.tensors.rounding import (
    NOISE,
    PRINTED,
    Miss,
    carried,
    fits,
    near_miss,
    rounded_away,
    rounds_to,
    writes_three_digits,
)

Verdict = Literal["blank", "unreadable", "shape", "right", "earlier", "digits", "mistake", "wrong"]

NOTHING: Mapping[str, Any] = {}

MOST_ABOVE = 12  # steps that are turned, one at a time, to explain an entry below them

_CARRIED = "Right; your rounding moved the last digit."


@dataclass(frozen=True, eq=False)
class Judged:
    """A row, the truth for it, and what the learner's entry is worth."""

    row: Row
    truth: np.ndarray
    verdict: Verdict
    says: str = ""
    mistakes: tuple[Mistake, ...] = ()
    entry: Typed | None = None  # what was typed, where it could be read
    whole_run: bool = False  # the mistakes were made from the first update, or epoch, on


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
    case: Case,
    entries: Mapping[str, str],
    sample: tuple[int, ...],
    part: Part = "forward",
    turn: str | None = None,
    shown: np.ndarray | None = None,
    run: WholeRun | None = None,
) -> list[Judged]:
    """A verdict for every row of a case that has been read already.

    `shown` is torch's own result, where known; `run` is what comes before this update or epoch.
    """
    truth = Truth(case, part, shown)
    asked = rows(truth.exact.steps, sample, turn)
    typed = _typed(case, part, asked, entries)
    sheet = _Sheet(truth, asked, {key: entry for key, entry in typed.items() if isinstance(entry, Typed)}, run)
    judged: list[Judged] = []
    for row in asked:
        entry = typed[row.key]
        judged.append(sheet.judge(row, entry, judged) if isinstance(entry, Typed) else entry)
    return [_with_entry(case, part, one, typed[one.row.key], entries) for one in judged]


def _with_entry(case: Case, part: Part, one: Judged, entry: Typed | Judged, texts: Mapping[str, str]) -> Judged:
    """The verdict with what was read, and what its expression tells where its digits cannot."""
    if isinstance(entry, Judged):
        return one
    if not entry.calculated or one.verdict not in ("right", "earlier", "mistake"):
        return replace(one, entry=entry)
    told = told_by_the_expression(case, part, one.row, texts[one.row.key], one.mistakes, one.verdict != "mistake")
    return replace(one, entry=entry, says=one.says or told.says, mistakes=told.mistakes)


def _typed(case: Case, part: Part, asked: Sequence[Row], entries: Mapping[str, str]) -> dict[str, Typed | Judged]:
    """What was typed in each row, from the first on: an entry may calculate with those above it."""
    typed: dict[str, Typed | Judged] = {}
    for row in asked:
        text = entries.get(row.key, "")
        above = {key: entry for key, entry in typed.items() if isinstance(entry, Typed)}
        has_names = re.search(r"[^\W\d]", text)
        typed[row.key] = _read(row, text, symbols_of(row, case, part, asked, above) if has_names else NO_NAMES)
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

    truth: Truth
    asked: Sequence[Row]
    entries: Mapping[str, Typed]
    run: WholeRun | None = None

    def judge(self, row: Row, entry: Typed, above: Sequence[Judged]) -> Judged:
        """The verdict on one entry; `above` holds those on the rows before it."""
        exact = row.of(self.truth.exact.steps[row.step.name].value)
        right = [exact]
        if not self._all_fit(row, entry, right):
            right += [row.of(value) for value in self.truth.in_other_formats(row.step)]
        if self._all_fit(row, entry, right):
            return Judged(row, exact, "right")
        follows = [row.of(value) for value in self._follow(row, above)]
        if self._all_fit(row, entry, [*right, *follows]):
            return Judged(row, exact, "earlier")
        mistakes = self._fitting_mistakes(row, entry, above, [exact, *follows])
        if self._carried(row, entry, [exact]) or self._kept_short(row, entry, exact, units=4 if mistakes else np.inf):
            return Judged(row, exact, "right", _CARRIED, mistakes)
        if self._carried(row, entry, [*right, *follows]):
            return Judged(row, exact, "earlier", _CARRIED, mistakes)
        old = before_the_update(row, self.truth)
        if old is not None and self._all_fit(row, entry, [old]):
            alike = self._fitting_mistakes(row, _to_four_digits(old), above, [exact, *follows])
            return Judged(row, exact, "mistake" if alike else "wrong", NOT_UPDATED, mistakes if alike else ())
        if mistakes:
            return Judged(row, exact, "mistake", "", mistakes)
        if self.run and (throughout := self._fitting(row, entry, above, [exact, *follows], self._slips_throughout)):
            return Judged(row, exact, "mistake", self.run.says, throughout, whole_run=True)
        return self._no_mistake(row, entry, exact, follows[0] if follows else exact)

    def _no_mistake(self, row: Row, entry: Typed, exact: np.ndarray, follows: np.ndarray) -> Judged:
        """What else can be said of an entry that is not right."""
        if (slip := turned(entry, follows, row.step)) is not None:
            return Judged(row, exact, "wrong", slip.says)
        if any(rounds_to(entry, value) for value in (exact, follows)):
            return Judged(row, exact, "digits", "Right so far. Give three digits.")
        if any(rounded_away(entry, value) for value in (exact, follows)):
            return Judged(row, exact, "digits", "Small, but it counts: write it with a power of ten, such as 1.23e-5.")
        says = _not_finite(entry, exact) or on_another_road(row, entry, follows, self.truth)
        if says or (_whole([exact]) and not self._movable(row)):
            return Judged(row, exact, "wrong", says)
        miss = near_miss(entry, exact) or near_miss(entry, follows)
        if miss is None:
            return Judged(row, exact, "wrong", self._turned_above(row, entry))
        return Judged(row, exact, "digits" if miss.by_one_digit else "wrong", _near(entry, miss))

    def _turned_above(self, row: Row, entry: Typed) -> str:
        """A sign, a factor 2 or a logarithm's base in a step above that gives this entry, where no row is filled in."""
        steps = self._steps_above(row)
        if self._before(row) or len(steps) > MOST_ABOVE:
            return ""
        return turned_above(entry, steps, lambda name, of: map(row.of, self._at(row, turning(name, of), [], True)))

    def _steps_above(self, row: Row) -> list[Step]:
        names = list(self.truth.exact.steps)
        above = names[: names.index(row.step.name)]
        return [step for step in map(self.truth.exact.steps.__getitem__, above) if not step.given]

    def _all_fit(self, row: Row, entry: Typed, values: Sequence[np.ndarray]) -> bool:
        """Whether each slice of the entry (a sample's numbers, where it is about all) fits one of the values whole."""
        return _each_slice(row, [self._fits(row, entry, value) for value in values])

    def _fits(self, row: Row, entry: Typed, value: np.ndarray) -> np.ndarray:
        found = fits(entry, value, format=self.truth.format)
        with np.errstate(all="ignore"):
            tiny = np.abs(entry.array - value) <= NOISE
        if found.all() or not (tiny & ~found).any():
            return found
        return fits(entry, value, format=self.truth.format, noise=row.of(self.truth.noise(row.step)))

    def _carried(self, row: Row, entry: Typed, values: Sequence[np.ndarray]) -> bool:
        """Whether each slice is one of the values but for rounding on the way."""
        near = [carried(entry, value, format=self.truth.format) for value in values]
        return _each_slice(row, near) and (not _whole(values) or bool((entry.digits > 0.5).all()) or self._movable(row))

    def _kept_short(self, row: Row, entry: Typed, exact: np.ndarray, units: float) -> bool:
        """Whether the entry follows from right values that were written down with three or four digits.

        It may be so many `units` of its last digit off.
        """
        with np.errstate(all="ignore"):
            if units < np.inf and not (np.abs(entry.array - exact) <= 2 * units * entry.digits).all():
                return False
        decimals = (entry.digits > 0) & (entry.digits <= PRINTED)
        if not (writes_three_digits(entry) | decimals | fits(entry, exact)).all():
            return False
        close = [value for value in self._short_values(row) if _within_a_hundredth(value, exact)]
        return bool(close) and self._all_fit(row, entry, close)

    def _short_values(self, row: Row) -> list[np.ndarray]:
        found = [working.steps.get(row.step.name) for working in self._kept_to_few_digits]
        return [row.of(step.value) for step in found if step and np.shape(step.value) == np.shape(row.step.value)]

    def _movable(self, row: Row) -> bool:
        """Whether rounding on the way moves this row at all: a count stays what it is."""
        exact = row.of(self.truth.exact.steps[row.step.name].value)
        return any(not same_value(value, exact) for value in self._short_values(row))

    @once
    def _kept_to_few_digits(self) -> list[Worked]:
        """The right working of people who write down three or four digits, or decimals, of everything."""
        workings = (self._going_on(way(count)) for way in (kept_to_decimals, kept_to_digits) for count in (3, 4))
        return [working for working in workings if working is not None]

    def _before(self, row: Row) -> list[Row]:
        """The rows above this one that hold an entry."""
        return [other for other in self.asked[: self.asked.index(row)] if other.key in self.entries]

    def _follow(self, row: Row, above: Sequence[Judged]) -> Iterator[np.ndarray]:
        """What follows from the entries above: as they were typed; only the wrong ones; with their slip everywhere."""
        before = self._before(row)
        if not before:
            return
        wrong = _not_right(before, above)
        for sent in (before, wrong):
            yield from self._at(row, entered(sent, self.entries), before)
        anew = all(other.step.name != row.step.name for other in before)  # a slip made again is a slip again
        for changed, slip in self._slips(above):
            yield from self._at(row, entered(before, self.entries, slip), before, not anew, changed)
            yield from self._at(row, slip, [], not anew, changed)

    def _at(
        self, row: Row, answer: Answer, before: Sequence[Row], sent: bool = False, changed: Mapping[str, Any] = NOTHING
    ) -> Iterator[np.ndarray]:
        """This row's step when each step is answered so, with the chosen sample's entry in its place.

        `changed` holds the inputs and parameters that were taken otherwise.
        """
        working = self._going_on(answer, changed)
        if working is None or row.step.name not in working.steps:
            return
        value = working.sent[row.step.name] if sent else working.steps[row.step.name].value
        if np.shape(value) != np.shape(row.step.value):
            return
        for other in before:
            if other.step.name == row.step.name:
                value = put(other, value, self.entries[other.key])
        yield np.asarray(value)

    def _slips(self, above: Sequence[Judged]) -> list[Slip]:
        """The slips that were recognised above, made by every sample: each by itself, then all of them together."""
        slips = [slip for judged in above for slip in self._slips_in(judged)]
        return [*slips, all_of(slips)] if len(slips) > 1 else slips

    def _slips_in(self, judged: Judged) -> list[Slip]:
        if judged.verdict == "mistake" and judged.whole_run:
            return [slip for mistake, slip in self._slips_throughout if mistake in judged.mistakes]
        if judged.verdict == "mistake":
            return [made(mistake, self.truth.case.given) for mistake in judged.mistakes]
        if judged.verdict != "wrong" or judged.row.key not in self.entries:
            return []
        slip = turned(self.entries[judged.row.key], judged.truth, judged.row.step)
        return [] if slip is None else [Slip(NOTHING, turning(judged.row.step.name, slip.of))]

    def _going_on(self, answer: Answer, changed: Mapping[str, Any] = NOTHING) -> Worked | None:
        """The working with these answers; None where it cannot go on with them, such as with an epoch of 1e308."""
        try:
            return worked(self.truth.case.taking(changed), self.truth.part, answer)
        except (OverBudget, Stopped):
            raise
        except (ValueError, ArithmeticError, IndexError):
            return None

    def _fitting_mistakes(
        self, row: Row, entry: Typed, above: Sequence[Judged], right: Sequence[np.ndarray]
    ) -> tuple[Mistake, ...]:
        """Every mistake that, made in this working, gives this entry to all digits typed."""
        return self._fitting(row, entry, above, right, self._slips_here)

    def _fitting(
        self,
        row: Row,
        entry: Typed,
        above: Sequence[Judged],
        right: Sequence[np.ndarray],
        slips: Sequence[tuple[Mistake, Slip]],
    ) -> tuple[Mistake, ...]:
        """Those of the slips that, made after the learner's earlier entries, give this entry to all digits typed."""
        before = self._before(row)
        answered = {other.step.name for other in before} - {row.step.name}
        learners = [entered(sent, self.entries) for sent in ((before, _not_right(before, above)) if before else ([],))]
        odd = _odd(entry, right)
        found = []
        for mistake, (changed, slip) in slips:
            if odd and not mistake.not_finite:
                continue
            answers = [first_of(answered, learner, slip) for learner in learners]
            values = [value for answer in answers for value in self._at(row, answer, [], True, changed)]
            if any(self._is_slip(row, entry, row.of(value), right) for value in values):
                found.append(mistake)
        return tuple(found)

    @once
    def _slips_here(self) -> list[tuple[Mistake, Slip]]:
        """Every mistake that can be made with these values, and what whoever makes it does."""
        given = self.truth.case.given
        catalogue = mistakes_of(self.truth.case.lesson, self.truth.part)
        return [(mistake, made(mistake, given)) for mistake in catalogue if mistake.when(given)]

    @once
    def _slips_throughout(self) -> list[tuple[Mistake, Slip]]:
        """The same for whoever makes it in every update, or epoch, up to this one."""
        if self.run is None:
            return []
        slips = {one: self.run.slip(one, self.truth.case.given) for one in self.truth.case.lesson.mistakes.values()}
        return [(mistake, slip) for mistake, slip in slips.items() if slip is not None]

    def _is_slip(self, row: Row, entry: Typed, value: np.ndarray, right: Sequence[np.ndarray]) -> bool:
        """Whether the entry fits a value that is none of the right ones."""
        new = not any(np.allclose(value, r, rtol=1e-9, atol=0, equal_nan=True) for r in right)
        return new and bool(self._fits(row, entry, value).all())


def _not_right(before: Sequence[Row], above: Sequence[Judged]) -> list[Row]:
    right = {judged.row.key for judged in above if judged.verdict in ("right", "earlier")}
    return [row for row in before if row.key not in right]


def _each_slice(row: Row, fitting: Sequence[np.ndarray]) -> bool:
    """Whether each slice fits one of several values whole. A slice is a sample's numbers, or all there are."""
    dims = row.step.sample_dims if row.is_all else 0
    whole = [mask.all(axis=tuple(range(dims, mask.ndim))) for mask in fitting]
    return bool(np.any(whole, axis=0).all())


def _odd(entry: Typed, right: Sequence[np.ndarray]) -> bool:
    """Whether NaN or infinity was typed where something else is right."""
    typed = ~np.isfinite(entry.array)
    return bool(typed.any()) and all(bool((typed & ~fits(entry, value)).any()) for value in right)


def _whole(values: Sequence[np.ndarray]) -> bool:
    return bool(np.all(values[0] == np.round(values[0])))


def _within_a_hundredth(value: np.ndarray, exact: np.ndarray) -> bool:
    with np.errstate(all="ignore"):
        return bool((np.abs(value - exact) <= 0.01 * np.abs(exact)).all())


def _not_finite(entry: Typed, exact: np.ndarray) -> str:
    """What to say of NaN or infinity where a number is right, or of a number where they are."""
    typed, true = ~np.isfinite(entry.array), ~np.isfinite(exact)
    if (np.isnan(entry.array * 1.0) & ~true).any():
        return "NaN comes from 0/0, 0 · ∞, ∞ − ∞ or the logarithm of a negative number. Here a number is right."
    if (typed & ~true).any():
        return "This is infinite: a division by 0, log 0, or too large a power. Here a number is right."
    return "Here the result is no finite number." if (true & ~typed).any() else ""


def _near(entry: Typed, miss: Miss) -> str:
    """How far a close entry is off, and where."""
    typed = f"{np.asarray(entry.array)[miss.index]:.10g}"
    where = f"[{', '.join(map(str, miss.index))}] is {typed}:" if miss.index else f"{typed}:"
    digits = 1 if f"{miss.off:.1g}" != f"{miss.allowed:.1g}" else 2
    return f"{where} off by {miss.off:.{digits}g}; allowed {miss.allowed:.{digits}g}. More digits in the step before?"


def _to_four_digits(value: np.ndarray) -> Typed:
    """The value as if it had been typed with four digits or more."""
    return Typed(value, "float", 2e-4 * np.abs(value))
