"""What the learner's entries are worth, with follow-through.

One slip costs one row: an entry is right if it fits the truth, or what follows from the learner's earlier entries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from lib.lesson.run.drive import Answer, Worked
from lib.lesson.run.given import given_values
from lib.lesson.spec import Mistake, Step, Topic
from lib.lesson.working.diagnose import answers_of, mistakes_of, same_value, working
from lib.lesson.working.rows import Row, rows
from lib.tensors.number import TensorTextError
from lib.tensors.read import Typed, read
from lib.tensors.rounding import _rounds_to, fits

Verdict = Literal["blank", "unreadable", "shape", "right", "earlier", "digits", "mistake", "wrong"]
Part = Literal["forward", "gradient"]


@dataclass(frozen=True, eq=False)
class Judged:
    """A row, the truth for it, and what the learner's entry is worth."""

    row: Row
    truth: np.ndarray
    verdict: Verdict
    says: str = ""
    mistakes: tuple[Mistake, ...] = ()


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
) -> list[Judged]:
    """A verdict for every row. `entries` maps a row's key to the text typed there (left-out ones are blank)."""
    truth = working(lesson, values, part)
    asked = rows(truth.steps, sample, turn)
    typed = {row.key: _read(row, entries.get(row.key, "")) for row in asked}
    usable = {key: entry for key, entry in typed.items() if isinstance(entry, Typed)}
    followed = working(lesson, values, part, _answer(asked, usable)) if usable else truth
    return [_judge_row(lesson, values, part, row, typed[row.key], asked, usable, truth, followed) for row in asked]


def _read(row: Row, text: str) -> Typed | Judged | None:
    """The entry, None for a blank one, or a verdict on why it cannot be used."""
    if not text.strip():
        return None
    expected = row.of(row.step.value)
    try:
        entry = read(text)
    except TensorTextError as error:
        return Judged(row, expected, "unreadable", str(error))
    if entry.array.shape != expected.shape:
        return Judged(row, expected, "shape", f"This is {_kind(entry.array.shape)}; expected {_kind(expected.shape)}.")
    return entry


def _kind(shape: tuple[int, ...]) -> str:
    if not shape:
        return "one number"
    if len(shape) == 1:
        return f"a list of {shape[0]}"
    return "a block of shape (" + ", ".join(map(str, shape)) + ")"


def _answer(asked: Sequence[Row], usable: Mapping[str, Typed]) -> Answer:
    """Sends the learner's entries on; steps without one go on with their own value."""
    by_step: dict[str, list[Row]] = {}
    for row in asked:
        if row.key in usable:
            by_step.setdefault(row.step.name, []).append(row)

    def answer(step: Step, done: Mapping[str, np.ndarray]) -> Any:
        value = step.value
        for row in by_step.get(step.name, ()):
            value = _put(row, value, usable[row.key])
        return value

    return answer


def _put(row: Row, value: np.ndarray, entry: Typed) -> np.ndarray:
    """The step's value with the entry in its place; a rounded entry that fits exactly the value changes nothing."""
    changed = np.array(value, dtype=np.result_type(value, entry.array))
    changed[() if row.index is None else row.index] = entry.array
    return changed


def _judge_row(
    lesson: Topic,
    values: Mapping[str, Any],
    part: Part,
    row: Row,
    entry: Typed | Judged | None,
    asked: Sequence[Row],
    usable: Mapping[str, Typed],
    truth: Worked,
    followed: Worked,
) -> Judged:
    true = row.of(truth.steps[row.step.name].value)
    if not isinstance(entry, Typed):
        return entry or Judged(row, true, "blank")
    if fits(entry, true).all():
        return Judged(row, true, "right")
    follows = row.of(_followed_value(row, asked, usable, followed))
    if (fits(entry, true) | fits(entry, follows)).all():
        return Judged(row, true, "earlier")
    earlier = {r.key: usable[r.key] for r in asked[: asked.index(row)] if r.key in usable}
    found = _fitting_mistakes(lesson, values, part, row, entry, earlier, asked, (true, follows))
    if found:
        return Judged(row, true, "mistake", mistakes=found)
    general = _general_slip(entry, follows)
    if general:
        return Judged(row, true, "wrong", general)
    if any(_rounds_to(entry, value) for value in (true, follows)):
        return Judged(row, true, "digits", "Right so far. Give three digits.")
    return Judged(row, true, "wrong")


def _followed_value(row: Row, asked: Sequence[Row], usable: Mapping[str, Typed], followed: Worked) -> np.ndarray:
    """What follows from earlier entries, the chosen sample's entry included where this row asks for all of them."""
    value = followed.steps[row.step.name].value
    for other in asked[: asked.index(row)]:
        if other.step.name == row.step.name and other.key in usable:
            value = _put(other, value, usable[other.key])
    return value


def _fitting_mistakes(
    lesson: Topic,
    values: Mapping[str, Any],
    part: Part,
    row: Row,
    entry: Typed,
    earlier: Mapping[str, Typed],
    asked: Sequence[Row],
    right: tuple[np.ndarray, np.ndarray],
) -> tuple[Mistake, ...]:
    """Every mistake that, made after the learner's earlier entries, gives this entry."""
    given = given_values(lesson, values)
    learner = _answer(asked, earlier)
    answered = {r.step.name for r in asked if r.key in earlier} - {row.step.name}
    found = []
    for mistake in mistakes_of(lesson, part):
        if not mistake.when(given):
            continue
        wrong = working(lesson, values, part, _slipped(mistake, given, learner, answered)).sent.get(row.step.name)
        if wrong is None or np.shape(wrong) != np.shape(row.step.value):
            continue
        value = row.of(wrong)
        if not any(same_value(value, r) for r in right) and fits(entry, value).all():
            found.append(mistake)
    return tuple(found)


def _slipped(mistake: Mistake, given: Mapping[str, Any], learner: Answer, answered: set[str]) -> Answer:
    """The mistake's answer at its steps, except at those that the learner has answered already."""
    slip = answers_of(mistake, given)
    return lambda step, done: learner(step, done) if step.name in answered else slip(step, done)


def _general_slip(entry: Typed, expected: np.ndarray) -> str:
    """Slips that fit any step."""
    if fits(entry, -expected).all():
        return "The sign is the other way round."
    if fits(entry, expected / np.log(2)).all() or fits(entry, expected * np.log(2)).all():
        return "This is off by a factor of ln 2: the logarithm has another base here."
    if fits(entry, expected / np.log(10)).all():
        return "This is off by a factor of ln 10: the logarithm has another base here."
    return ""
