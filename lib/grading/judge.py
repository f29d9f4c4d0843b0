"""Judges what came back: returned at all → form → kind → shape → dtype → values. The first fault is the one told."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from lib.exercises import Test
from lib.grading.expected import Likely
from lib.grading.form import build
from lib.grading.trial import AnswerPart, Trial
from lib.sandbox.job import Outcome, Ran
from lib.tensors.compare import Comparison, Reason, compare, numbers_of

MOST_KEPT = 1000  # numbers of an answer, unless more were expected
MOST_OF_A_TEXT = 200  # characters of an answer that is no array
FIRST_NUMBERS = 6
MOST_NAMES = 8  # of a state's entries in a message
MOST_OF_A_LINE = 100  # characters of the learner's line in a message

TestOutcome = (
    Outcome
    | Literal[
        "passed",
        "wrong form",  # not the tuple, or the state without the entries, that was asked for
        "wrong kind",
        "wrong shape",
        "wrong dtype",
        "wrong value",
        "not finite",  # NaN or infinite where torch is finite
    ]
)

UNLIKE: Mapping[Reason, TestOutcome] = {"shape": "wrong shape", "kind": "wrong kind", "nothing": "bad result"}


@dataclass(frozen=True, eq=False)
class Judgement:
    """How a test ended, in one word and one sentence.

    Where an answer differs, `part` is its first part that does, `expected` the right one, and `comparison` says where
    and how far they part. `times_allowed` is the largest error of a passed test, as a multiple of what is allowed.
    """

    outcome: TestOutcome
    message: str
    part: AnswerPart | None = None
    expected: AnswerPart | None = None
    comparison: Comparison | None = None
    times_allowed: float = 0.0

    @property
    def passed(self) -> bool:
        return self.outcome == "passed"

    def without_large(self) -> Judgement:
        """The same, with an answer that is much larger than the right one cut: it would be kept as long as the page."""
        if self.part is None or self.expected is None:
            return self
        return replace(self, part=replace(self.part, value=cut(self.part.value, np.size(self.expected.value))))

    def sealed(self) -> Judgement:
        """What may be known of a hidden test: the kind of failure."""
        return Judgement(self.outcome, "")


@dataclass(frozen=True)
class Cut:
    """What is left of an answer that is too large to keep: what it was, and how it begins."""

    says: str

    def __repr__(self) -> str:
        return self.says


def cut(value: Any, expected_size: int = 0) -> Any:
    """The value; of a large one, or one that is no array of numbers, only how it begins."""
    array = numbers_of(value)
    if array is None:
        text = repr(value)
        return value if len(text) <= MOST_OF_A_TEXT else Cut(f"{text[:MOST_OF_A_TEXT]} … (cut)")
    if array.size <= max(MOST_KEPT, expected_size):
        return value
    first = ", ".join(f"{number:.6g}" for number in array.flat[:FIRST_NUMBERS].tolist())
    return Cut(f"an array of shape {array.shape} that begins with {first} … (cut)")


STOPPED = {
    "out of time": "It was still running after {seconds:.0f} s and was stopped. Is there a loop that never ends?",
    "out of memory": "It asked for more memory than there is for a test, and was stopped.",
    "too deep": "It called itself over and over without end.",
    "too much output": "It printed more than 4 MiB and was stopped.",
    "exited": "It ended the program itself (exit, quit or sys.exit) instead of returning a result.",
    "crashed": "Python itself crashed while running it.",
    "our fault": "Our fault; not counted.",
}


def judge(test: Test, trial: Trial, right: Sequence[AnswerPart]) -> Judgement:
    """The judgement on one test. An update that raised is judged by the updates before it, where these differ."""
    returned = trial.last.outcome == "returned"
    if returned and trial.misfit:
        return Judgement("wrong form", trial.misfit)
    judged = []
    for one in _parts_in_turn(test, trial.parts, right):
        if not one.passed:
            return _in_another_order(test, trial.parts, right) or one
        judged.append(one)
    if not returned:
        return Judgement(trial.last.outcome, why_not_returned(trial.last))
    worst = max(judged, key=lambda one: one.times_allowed)
    return Judgement("passed", worst.message, times_allowed=worst.times_allowed)


def why_not_returned(ran: Ran) -> str:
    """In one sentence why a call gave no result."""
    if ran.outcome in ("out of time", "not run") and ran.fault and ran.fault.message:
        return ran.fault.message
    if ran.outcome in STOPPED:
        own = ran.fault.message if ran.fault and ran.outcome == "our fault" else ""
        return f"{STOPPED[ran.outcome].format(seconds=ran.seconds)} {own}".strip()
    if ran.outcome == "no such function":
        return f"There is no such function; the file defines {', '.join(ran.found) or 'none'}."
    fault = ran.fault
    if fault is None:
        return f"It ended with: {ran.outcome}."
    where = f" ({fault.place}: {_shortened(fault.code.strip())})" if fault.line and fault.code.strip() else ""
    if ran.outcome == "does not parse":  # Python's own message is empty where code is nested too deep
        what = f"{fault.place}, “{_shortened(fault.code.strip())}”" if where else "the file"
        return f"Python cannot read {what}: {fault.message or 'it is nested too deep'}"
    if ran.outcome in ("bad result", "wrong arguments"):
        return fault.message
    return f"{fault.type}: {fault.message}{where}"


def _shortened(code: str) -> str:
    return code if len(code) <= MOST_OF_A_LINE else f"{code[: MOST_OF_A_LINE - 2]} …"


def _parts_in_turn(test: Test, got: Sequence[AnswerPart], right: Sequence[AnswerPart]) -> Iterator[Judgement]:
    """A judgement on each part of the right answer, up to the last update that was finished."""
    if not got:
        return
    given = {part.key: part for part in got}
    finished = max(part.update for part in got)
    for expected in right:
        if expected.update <= finished:
            part = given.get(expected.key)
            yield _missing(expected, got) if part is None else _compared(test, part, expected)


def _missing(expected: AnswerPart, got: Sequence[AnswerPart]) -> Judgement:
    held = [part.name for part in got if part.update == expected.update and part.name != "param"]
    names = ", ".join(_shortened(name) for name in held[:MOST_NAMES])
    holds = f"it holds {names}{' …' if len(held) > MOST_NAMES else ''}" if held else "it is empty"
    return Judgement("wrong form", f"After update {expected.update} the state has no {expected.name}: {holds}.")


def _compared(test: Test, part: AnswerPart, expected: AnswerPart) -> Judgement:
    found = compare(part.value, expected.value, rtol=test.rtol, atol=test.atol)
    of = f"{part.label}: " if part.label else ""
    if not found.same:
        return Judgement(_outcome(found), of + found.says, part, expected, found)
    came = np.asarray(part.value).dtype.name
    if test.dtype and not part.update and came != test.dtype:
        return Judgement("wrong dtype", f"{of}the numbers are {came}; expected {test.dtype}", part, expected, found)
    return Judgement("passed", found.says, times_allowed=found.times_allowed)


def _in_another_order(test: Test, got: Sequence[AnswerPart], right: Sequence[AnswerPart]) -> Judgement | None:
    """A tuple whose parts are all right, but not in the order that was asked for."""
    if len(got) < 2 or not all(part.path and part.path[-1].sort == "tuple" for part in (*got, *right)):
        return None
    left, came = list(right), []
    for part in got:
        meant = next((one for one in left if compare(part.value, one.value, rtol=test.rtol, atol=test.atol).same), None)
        if meant is None:
            return None
        left.remove(meant)
        came.append(meant.name)
    wanted = ", ".join(part.name for part in right)
    return Judgement("wrong form", f"The parts are right, but in another order: {', '.join(came)}; expected {wanted}.")


def _outcome(found: Comparison) -> TestOutcome:
    if found.reason in UNLIKE:
        return UNLIKE[found.reason]
    return "not finite" if _is_wild(found.got) and not _is_wild(found.expected) else "wrong value"


def _is_wild(number: Any) -> bool:
    return isinstance(number, float) and not math.isfinite(number)


def fits(test: Test, trial: Trial, other: Trial) -> bool:
    """Whether two trials look the same from outside: they ended alike, and gave the same numbers until then."""
    if trial.last.outcome != other.last.outcome:
        return False
    if trial.last.outcome == "raised":
        return _error(trial) == _error(other) and len(trial.parts) == len(other.parts)
    if trial.misfit and other.misfit:
        return build(trial.last.value) == build(other.last.value)
    mine = {part.key: part.value for part in trial.parts}
    finished = max((part.update for part in trial.parts), default=0)
    theirs = [part for part in other.parts if part.update <= finished]
    return bool(trial.misfit) == bool(other.misfit) and all(
        part.key in mine and compare(mine[part.key], part.value, rtol=test.rtol, atol=test.atol).same for part in theirs
    )


def _error(trial: Trial) -> str:
    return trial.last.fault.type if trial.last.fault else ""


def recognised(
    tests: Sequence[Test], trials: Sequence[Trial], judgements: Sequence[Judgement], mistakes: Sequence[Likely]
) -> list[Likely]:
    """Every mistake that answers all visible tests as these trials do, of which at least one must have failed."""
    shown = [place for place, test in enumerate(tests) if not test.hidden]
    if all(judgements[place].passed for place in shown):
        return []
    return [m for m in mistakes if all(fits(tests[place], trials[place], m.trials[place]) for place in shown)]
