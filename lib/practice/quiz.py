"""Whose mistake is it? A whole working with one slip in it: which step is it, and why? And the short calculation at
the step where that slip is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lib.catalog import TOPICS
from lib.lesson.run import Case
from lib.lesson.spec import Mistake
from lib.lesson.working import Judged
from lib.lesson.working.diagnose import mistaken
from lib.lesson.working.entries import judge_case
from lib.practice.cases import cases, drawn_cases
from lib.practice.slipped import Slipped, slipped

REASONS = 4
SEEDS = 3  # how often numbers are drawn before the examples are taken
MOST_TRIED = 4  # workings among which the one is chosen whose numbers part most mistakes
MOST_TO_TYPE = 3  # numbers in the answer to a short calculation
SMALL = 0.02  # a number to be calculated is larger: three digits of it can be typed


@dataclass(frozen=True, eq=False)
class Quiz:
    """A working with a slip, and what may have been its reason: one is the mistake made, the others do not fit."""

    slipped: Slipped
    reasons: tuple[Mistake, ...]

    @property
    def mistake(self) -> Mistake:
        return self.slipped.mistake


@dataclass(frozen=True, eq=False)
class Effect:
    """Where another mistake would first show in the same working, and the number that would stand there."""

    place: int
    value: np.ndarray


@lru_cache(maxsize=100)
def quiz_of(slug: str, name: str, seed: int) -> Quiz | None:
    """The quiz about this mistake of a lesson, the same one for the same seed; None where it never shows in a step."""
    mistake = TOPICS[slug].mistakes.get(name)
    working = None if mistake is None else next(_workings(slug, mistake, seed), None)
    return None if working is None else Quiz(working, _reasons(working, seed))


@lru_cache(maxsize=100)
def calculation_of(slug: str, name: str, seed: int) -> Slipped | None:
    """The working whose row `wrong` is to be calculated, on numbers that part this mistake and most others from what is
    right; None where there is no such row that takes one number."""
    mistake = TOPICS[slug].mistakes.get(name)
    if mistake is None:
        return None
    fitting = (working for working in _workings(slug, mistake, seed) if _can_be_asked(working))
    tried = [working for working, _ in zip(fitting, range(MOST_TRIED), strict=False)]
    return max(tried, key=_parted, default=None)


def can_be_asked(slug: str, name: str, kind: str) -> bool:
    """Whether there is a "quiz" or a "calculation" about this mistake."""
    return (quiz_of if kind == "quiz" else calculation_of)(slug, name, 0) is not None


def judged(asked: Slipped, text: str) -> Judged:
    """What an answer to a short calculation is worth: the rows above go on with their right values."""
    key = asked.wrong_row.key
    return next(one for one in judge_case(asked.case, {key: text}, asked.sample) if one.row.key == key)


def effect(quiz: Quiz, other: Mistake) -> Effect | None:
    """What another mistake would do to this working; None where it would do nothing, or cannot be made."""
    return _effect(quiz.slipped, other)


def _workings(slug: str, mistake: Mistake, seed: int) -> Iterator[Slipped]:
    """Workings with this slip: on drawn numbers first, the lesson's own examples last."""
    lesson = TOPICS[slug]
    for turn in range(SEEDS):
        yield from _in_turn(drawn_cases(lesson, SEEDS * seed + turn), mistake, seed)
    yield from _in_turn(cases(lesson), mistake, seed)


def _in_turn(some: Iterator[Case], mistake: Mistake, seed: int) -> Iterator[Slipped]:
    """One sample of each case, another one for another seed."""
    for case in some:
        found = list(slipped(case, mistake))
        if found:
            yield found[seed % len(found)]


def _reasons(working: Slipped, seed: int) -> tuple[Mistake, ...]:
    """The mistake and others that do not fit: first those that show in the same row, then in others, then none."""
    others = _others(working)
    order = np.random.default_rng(seed).permutation(len(others)).tolist()
    nearest = sorted((others[at] for at in order), key=lambda one: one[0])[: REASONS - 1]
    reasons = [working.mistake, *(other for _, other in nearest)]
    return tuple(reasons[at] for at in np.random.default_rng((seed, 1)).permutation(len(reasons)))


def _others(working: Slipped) -> Sequence[tuple[int, Mistake]]:
    """Mistakes that do not give what stands there, each with how far they are from it; no sentence twice."""
    found: dict[str, tuple[int, Mistake]] = {}
    for other in working.case.lesson.mistakes.values():
        known = _effect(working, other)
        if other.says == working.mistake.says or other.says in found or _fits(working, known):
            continue
        found[other.says] = (2 if known is None else int(known.place != working.wrong), other)
    return list(found.values())


def _fits(working: Slipped, known: Effect | None) -> bool:
    if known is None or known.place != working.wrong:
        return False
    return bool(np.allclose(known.value, working.values[working.wrong], rtol=5e-3, equal_nan=True))


def _effect(working: Slipped, other: Mistake) -> Effect | None:
    try:
        made = mistaken(working.case, other)
    except (ValueError, ArithmeticError, IndexError):  # the calculation cannot go on with that slip
        return None
    for place, row in enumerate(working.rows if made else ()):
        right = row.of(working.case.forward.steps[row.step.name].value)
        value = made.sent.get(row.step.name) if made else None
        if value is None or np.shape(value) != np.shape(row.step.value):
            return None
        if not np.allclose(row.of(value), right, rtol=1e-9, atol=1e-12, equal_nan=True):
            return Effect(place, row.of(value))
    return None


def _can_be_asked(working: Slipped) -> bool:
    """Whether the row takes a number, or a few, that are not to be read off above."""
    right = working.follows[working.wrong]
    above = working.follows[: working.wrong]
    seen = any(value.shape == right.shape and np.allclose(value, right) for value in above)
    return right.ndim <= 1 and 0 < right.size <= MOST_TO_TYPE and bool(np.any(np.abs(right) > SMALL)) and not seen


def _parted(working: Slipped) -> int:
    """How many different numbers the lesson's mistakes give in the row."""
    found = [_effect(working, other) for other in working.case.lesson.mistakes.values()]
    values = {_to_three_digits(one.value) for one in found if one and one.place == working.wrong}
    return len(values - {_to_three_digits(working.follows[working.wrong])})


def _to_three_digits(value: np.ndarray) -> str:
    return " ".join(f"{number:.3g}" for number in np.ravel(value))
