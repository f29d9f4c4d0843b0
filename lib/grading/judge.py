"""Judges what came back: returned at all → form → kind → shape → dtype → values. The first fault is the one told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from lib.exercises import Test
from lib.grading.expected import Likely
from lib.grading.trial import Part, Trial
from lib.sandbox import job
from lib.tensors.compare import Comparison, compare

MOST_NAMES = 8  # of buffers in a message
MOST_OF_A_LINE = 100  # characters of the learner's line in a message

Outcome = (
    job.Outcome
    | Literal[
        "passed",
        "wrong form",  # not the tuple, or the state without the buffers, that was asked for
        "wrong kind",
        "wrong shape",
        "wrong dtype",
        "wrong value",
        "not finite",  # NaN or infinite where torch is finite
    ]
)


@dataclass(frozen=True, eq=False)
class Verdict:
    """How a test ended, in one word and one sentence; for wrong values the part and the comparison."""

    outcome: Outcome
    message: str
    part: Part | None = None  # of the answer: the first that parts from what is right
    expected: Part | None = None
    comparison: Comparison | None = None
    times_allowed: float = 0.0  # of a passed test: the largest error as a multiple of what is allowed


STOPPED = {
    "out of time": "It was still running after {seconds:.0f} s and was stopped. Is there a loop that never ends?",
    "out of memory": "It asked for more memory than there is for a test, and was stopped.",
    "too deep": "It called itself over and over without end.",
    "too much output": "It printed more than 4 MiB and was stopped.",
    "exited": "It ended the program itself (exit, quit or sys.exit) instead of returning a result.",
    "crashed": "Python itself crashed while running it.",
    "our fault": "Our fault; not counted.",
}


def judge(test: Test, trial: Trial, right: Sequence[Part]) -> Verdict:
    """The verdict on one test."""
    if trial.last.outcome != "returned":
        early = _first_difference(test, trial.parts, right) if trial.parts else None
        return early or Verdict(trial.last.outcome, why_not_returned(trial.last))
    if trial.misfit:
        return Verdict("wrong form", trial.misfit)
    return _first_difference(test, trial.parts, right) or _passed(test, trial.parts, right)


def why_not_returned(ran: job.Ran) -> str:
    """In one sentence why a call gave no result."""
    if ran.outcome in STOPPED:
        own = ran.fault.message if ran.fault and ran.outcome == "our fault" else ""
        return f"{STOPPED[ran.outcome].format(seconds=ran.seconds)} {own}".strip()
    if ran.outcome == "no such function":
        return f"There is no such function; the file defines {', '.join(ran.found) or 'none'}."
    fault = ran.fault
    if fault is None:
        return f"It ended with: {ran.outcome}."
    where = f" (line {fault.line}: {_shortened(fault.code.strip())})" if fault.line and fault.code.strip() else ""
    if ran.outcome == "does not parse":  # Python has no words for what is nested beyond its memory
        what = f"line {fault.line}, “{_shortened(fault.code.strip())}”" if where else "the file"
        return f"Python cannot read {what}: {fault.message or 'it is nested too deep'}"
    if ran.outcome in ("bad result", "wrong arguments"):
        return fault.message
    return f"{fault.type}: {fault.message}{where}"


def _shortened(code: str) -> str:
    return code if len(code) <= MOST_OF_A_LINE else f"{code[: MOST_OF_A_LINE - 2]} …"


def _first_difference(test: Test, got: Sequence[Part], right: Sequence[Part]) -> Verdict | None:
    """The first part that is missing or differs. A stopped run is judged by the updates that it finished."""
    given = {(part.update, part.name): part for part in got}
    finished = max((part.update for part in got), default=0)
    for expected in right:
        if expected.update > finished:
            return None
        part = given.get((expected.update, expected.name))
        if part is None:
            return _missing(expected, got)
        verdict = _compared(test, part, expected)
        if verdict.outcome != "passed":
            return verdict
    return None


def _missing(expected: Part, got: Sequence[Part]) -> Verdict:
    held = [part.name for part in got if part.update == expected.update and part.name != "param"]
    holds = (
        f"it holds {', '.join(held[:MOST_NAMES])}{' …' if len(held) > MOST_NAMES else ''}" if held else "it is empty"
    )
    return Verdict("wrong form", f"After update {expected.update} the state has no {expected.name}: {holds}.")


def _compared(test: Test, part: Part, expected: Part) -> Verdict:
    found = compare(part.value, expected.value, rtol=test.rtol, atol=test.atol)
    of = f"{part.label}: " if part.label else ""
    if not found.same:
        return Verdict(_outcome(part.value, expected.value, found), of + found.says, part, expected, found)
    came = np.asarray(part.value).dtype.name
    if test.dtype and not part.update and came != test.dtype:
        return Verdict("wrong dtype", f"{of}the numbers are {came}; expected {test.dtype}", part, expected, found)
    return Verdict("passed", found.says, part, expected, found)


def _outcome(got: Any, expected: Any, found: Comparison) -> Outcome:
    if found.index is not None:
        wild = _is_wild(found.got) and not _is_wild(found.expected)
        return "not finite" if wild else "wrong value"
    if "shape" in found.says:
        return "wrong shape"
    return "bad result" if got is None else "wrong kind"


def _is_wild(number: Any) -> bool:
    return isinstance(number, float) and not math.isfinite(number)


def _passed(test: Test, got: Sequence[Part], right: Sequence[Part]) -> Verdict:
    """With the worst of the parts, in words."""
    given = {(part.update, part.name): part for part in got}
    found = [compare(given[part.update, part.name].value, part.value, rtol=test.rtol, atol=test.atol) for part in right]
    worst = max(found, key=lambda comparison: comparison.times_allowed)
    return Verdict("passed", worst.says, times_allowed=worst.times_allowed)


def fits(test: Test, trial: Trial, other: Trial) -> bool:
    """Do two trials look the same from outside?"""
    if trial.last.outcome != other.last.outcome:
        return False
    if trial.last.outcome == "raised":
        return _error(trial) == _error(other) and len(trial.parts) == len(other.parts)
    mine = {(part.update, part.name): part.value for part in trial.parts}
    finished = max((part.update for part in trial.parts), default=0)
    theirs = [part for part in other.parts if part.update <= finished]
    return bool(trial.misfit) == bool(other.misfit) and all(
        (key := (part.update, part.name)) in mine
        and compare(mine[key], part.value, rtol=test.rtol, atol=test.atol).same
        for part in theirs
    )


def _error(trial: Trial) -> str:
    return trial.last.fault.type if trial.last.fault else ""


def recognised(
    tests: Sequence[Test], trials: Sequence[Trial], verdicts: Sequence[Verdict], mistakes: Sequence[Likely]
) -> list[Likely]:
    """Every mistake that answers all visible tests as these trials do, of which at least one must have failed."""
    shown = [i for i, test in enumerate(tests) if not test.hidden]
    if all(verdicts[i].outcome == "passed" for i in shown):
        return []
    return [likely for likely in mistakes if all(fits(tests[i], trials[i], likely.trials[i]) for i in shown)]
