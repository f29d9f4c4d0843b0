"""Is what a test allows between rounding, which is nobody's fault, and the differences of wrong answers?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from lib.exercises import Exercise, Test
from lib.exercises.folder import PRECISION
from lib.grading.author.rejects import around
from lib.grading.expected import Truth
from lib.grading.form import in_parts
from lib.grading.judge import judge
from lib.grading.trial import AnswerPart, Runner, Trial, answered, run_tests

LEAST_ULPS = 4  # by which two equivalent formulas may always differ
ANOTHER = 1e-3  # relative: an answer that is off by more comes from no rounding
DEFAULT_ATOL = 1e-9
APART = 1e5  # times the precision: what differs by more is another answer, and no rounding

# The solution again, as an equivalent formula would be: its inputs rounded otherwise, or with more digits in between.
INPUTS = """
    def other(value):
        if isinstance(value, dict):
            return {{key: other(item) for key, item in value.items()}}
        if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
            return value
        {change}

    def plain(value):
        if isinstance(value, (tuple, list)):
            return tuple(map(plain, value))
        if isinstance(value, dict):
            return {{key: plain(item) for key, item in value.items()}}
        return np.asarray(value, np.float64) if isinstance(value, np.longdouble | np.ndarray) else value

    with np.errstate(all="ignore"):
        return plain(right(*map(other, args), **{{name: other(value) for name, value in named.items()}}))"""
MOVED = (
    "ulps = {sign} * 2 * np.finfo(value.dtype).eps * (-1.0) ** np.arange(value.size).reshape(value.shape)\n"
    "        return (value * (1 + ulps)).astype(value.dtype)"
)
EQUIVALENT = (
    MOVED.format(sign="1"),
    MOVED.format(sign="-1"),
    "return value.astype(np.longdouble if value.dtype == np.float64 else np.float64)",
)


def tolerance_faults(exercise: Exercise, truth: Truth, solved: Sequence[Trial], runner: Runner) -> Iterator[str]:
    """`solved` is what solution.py answers."""
    yield from _too_narrow(exercise, solved, runner)
    yield from _too_wide(exercise, truth)


def _too_narrow(exercise: Exercise, solved: Sequence[Trial], runner: Runner) -> Iterator[str]:
    others = [
        run_tests(exercise, exercise.tests, around(exercise, INPUTS.format(change=change)), runner)
        for change in EQUIVALENT
    ]
    for place, (test, own) in enumerate(zip(exercise.tests, solved, strict=True)):
        variants = [{part.key: part.value for part in in_parts(other[place], own.parts).parts} for other in others]
        narrow = (_narrow(test, part, [v[part.key] for v in variants if part.key in v]) for part in own.parts)
        yield from list(filter(None, narrow))[:1]


def _narrow(test: Test, part: AnswerPart, others: Sequence[Any]) -> str:
    """What is wrong with the tolerance at the first number where rounding alone would be too much."""
    own = np.asarray(part.value)
    if own.dtype.kind not in "f" or not own.size:
        return ""
    own = own.astype(np.float64)
    precision, smallest = float(np.finfo(_coarsest(test)).eps), float(np.finfo(_coarsest(test)).tiny)
    with np.errstate(all="ignore"):
        size = np.abs(own)
        rounding = LEAST_ULPS * precision * size
        for other in others:
            if np.shape(other) == own.shape:
                off = np.abs(np.asarray(other, np.float64) - own)
                rounding = np.fmax(rounding, np.where(off < APART * precision * size, off, 0.0))
        allowed = test.rtol * size + test.atol
        short = np.isfinite(own) & (size > smallest) & (allowed < rounding)
    if not short.any():
        return ""
    at = tuple(int(i) for i in np.argwhere(short)[0])
    where = f"{part.label or 'result'}{list(at) if at else ''}"
    return (
        f"{test.name!r}: rtol {test.rtol:g} and atol {test.atol:g} allow {allowed[at]:.2g} at {where}, where an "
        f"equivalent formula may be off by {rounding[at]:.2g} from rounding alone; allow more with rtol or atol."
    )


def _coarsest(test: Test) -> str:
    """The dtype with the fewest digits among the test's arguments and its result."""
    held = [value.dtype.name for value in test.args().values() if isinstance(value, np.ndarray)]
    floats = [name for name in (*held, test.dtype) if name.startswith("float")]
    return max(floats, key=lambda name: np.finfo(name).eps, default="float64")


def _too_wide(exercise: Exercise, truth: Truth) -> Iterator[str]:
    """A wrong answer that passes only because of what the test allows: one sentence for a test."""
    for place, (test, right) in enumerate(zip(exercise.tests, truth.parts, strict=True)):
        least = PRECISION.get(_coarsest(test), 0.0)
        strict = replace(test, rtol=max(ANOTHER, 2 * least), atol=max(DEFAULT_ATOL, least / 100), dtype="")
        if test.rtol <= strict.rtol and test.atol <= strict.atol:
            continue
        lax = replace(test, dtype="")
        for words, trial in _wrong_answers(exercise, truth, place):
            if _passes(lax, trial, right) and not _passes(strict, trial, right):
                yield (
                    f"{test.name!r}: rtol {test.rtol:g} and atol {test.atol:g} let {words} pass, which is another "
                    "answer; allow less with rtol or atol, or choose values whose answers are further apart."
                )
                break


def _passes(test: Test, trial: Trial, right: Sequence[AnswerPart]) -> bool:
    return judge(test, trial, right).passed


def _wrong_answers(exercise: Exercise, truth: Truth, place: int) -> Iterator[tuple[str, Trial]]:
    right = truth.parts[place]
    for words, times in (("0", 0.0), ("half of the answer", 0.5), ("the answer with the other sign", -1.0)):
        yield words, answered(_times(times, right))
    for test, other in zip(exercise.tests, truth.parts, strict=True):
        if other is not right:
            yield f"the answer to {test.name!r}", answered(other)
    for likely in truth.mistakes:
        yield f"the mistake {likely.name}", likely.trials[place]


def _times(times: float, right: Sequence[AnswerPart]) -> Iterator[AnswerPart]:
    for part in right:
        kind = np.complex128 if np.iscomplexobj(part.value) else np.float64
        with np.errstate(all="ignore"):
            yield replace(part, value=np.asarray(times * np.asarray(part.value, kind)))


def constant_share(exercise: Exercise, truth: Truth) -> Mapping[str, float]:
    """The part of all points that an answer of zeros, or an empty one, would earn."""
    cases = list(zip(exercise.tests, truth.parts, strict=True))
    full = [(test, right) for test, right in cases if any(np.size(part.value) for part in right)]
    zeros = sum(t.points for t, r in full if _passes(replace(t, dtype=""), answered(_times(0.0, r)), r))
    empty = exercise.max_score - sum(test.points for test, _ in full)
    total = exercise.max_score or 1.0
    return {"zeros": zeros / total, "an empty array": empty / total}
