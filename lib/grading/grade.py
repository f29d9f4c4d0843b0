"""Grades a submission: every test is put to it in the sandbox, and what comes back is compared on our side."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from lib.exercises import Exercise, Test
from lib.grading.expected import CannotGrade, Likely, Truth, truth_of
from lib.grading.judge import Outcome, Verdict, judge, recognised
from lib.grading.names import instead_of
from lib.grading.trial import Runner, Trial, put_to
from lib.sandbox.isolation import isolation
from lib.sandbox.job import Fault, Limits, Ran
from lib.sandbox.pool import Pool, shared_pool
from lib.tensors.compare import Comparison

OUTPUT_KEPT = 64 * 1024  # characters over all tests together


@dataclass(frozen=True, eq=False)
class TestResult:
    """One test. `args` are what the function was given; of a hidden test nothing is kept but the kind of failure.

    `part` says which array differs first, where the answer has several: "exp_avg after update 2"; `update` is that
    update, counted from 1. `got` and `expected` are that array, as it came and as torch has it; `comparison` says
    where and how far they part.
    """

    __test__ = False  # pytest would take it for a class of tests

    name: str
    points: float
    max_points: float
    hidden: bool
    outcome: Outcome
    message: str
    hint: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)
    part: str = ""
    update: int = 0
    got: Any = None
    expected: Any = None
    comparison: Comparison | None = None
    fault: Fault | None = None
    changed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    output: str = ""
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return self.outcome == "passed"


@dataclass(frozen=True, eq=False)
class Grade:
    """What a submission earns and why.

    `problem` says what is wrong with the file as a whole: it does not parse, the function is missing. `mistakes` are
    the likely ones: what the visible tests show fits each of them. If `counted` is false, something went wrong on our
    side, and the score means nothing.
    """

    exercise: str
    score: float
    max_score: float
    tests: tuple[TestResult, ...]
    mistakes: tuple[Likely, ...] = ()
    problem: str = ""
    counted: bool = True
    isolation: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    output: str = ""
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return self.counted and all(test.passed for test in self.tests)


def grade(
    exercise: Exercise,
    source: str,
    *,
    function: str = "",
    seed: int = 0,
    only_visible: bool = False,
    runner: Runner | None = None,
    most: Limits | None = None,
) -> Grade:
    """The grade of `source`.

    `function` is the name to call where the file names it otherwise; `seed` redraws the random tests; `only_visible`
    leaves hidden tests out, as while a learner tries; `most` are the operator's limits.
    """
    runner = runner or shared_pool()
    start = time.perf_counter()
    tests = exercise.visible if only_visible else exercise.tests
    try:
        truth = truth_of(exercise, runner, seed)
    except CannotGrade as error:
        return _uncounted(exercise, tests, str(error), runner)
    trials = put_to(exercise, tests, source, runner, function=function, seed=seed, most=most)
    return _graded(exercise, tests, _only(exercise, tests, truth), trials, seed, runner, time.perf_counter() - start)


def _only(exercise: Exercise, tests: Sequence[Test], truth: Truth) -> Truth:
    """The truth of these tests alone."""
    places = [exercise.tests.index(test) for test in tests]
    mistakes = (replace(m, trials=tuple(m.trials[i] for i in places)) for m in truth.mistakes)
    return Truth(tuple(truth.parts[i] for i in places), tuple(mistakes))


def _graded(
    exercise: Exercise,
    tests: Sequence[Test],
    truth: Truth,
    trials: Sequence[Trial],
    seed: int,
    runner: Runner,
    seconds: float,
) -> Grade:
    verdicts = [judge(*each) for each in zip(tests, trials, truth.parts, strict=True)]
    by_place = {str(place): name for place, name in enumerate(exercise.signature.by_place)}
    results = tuple(_result(*each, seed, by_place) for each in zip(tests, trials, verdicts, strict=True))
    return Grade(
        exercise=exercise.slug,
        score=sum(result.points for result in results),
        max_score=sum(test.points for test in tests),
        tests=results,
        mistakes=tuple(recognised(tests, trials, verdicts, truth.mistakes)),
        problem=_problem(exercise, [trial.last for trial in trials], verdicts),
        counted=all(verdict.outcome != "our fault" for verdict in verdicts),
        isolation=isolation_of(runner),
        versions=versions_of(exercise),
        output="".join(result.output for result in results)[:OUTPUT_KEPT],
        seconds=seconds,
    )


def _result(test: Test, trial: Trial, verdict: Verdict, seed: int, by_place: Mapping[str, str]) -> TestResult:
    passed = verdict.outcome == "passed"
    result = TestResult(
        name=test.name,
        points=test.points if passed else 0.0,
        max_points=test.points,
        hidden=test.hidden,
        outcome=verdict.outcome,
        message="",
        seconds=trial.seconds,
    )
    if test.hidden:
        return result
    return replace(
        result,
        message=verdict.message,
        hint="" if passed else test.hint,
        args=test.args(seed),
        part=verdict.part.label if verdict.part else "",
        update=verdict.part.update if verdict.part else 0,
        got=verdict.part.value if verdict.part else None,
        expected=verdict.expected.value if verdict.expected else None,
        comparison=verdict.comparison,
        fault=trial.last.fault,
        changed=tuple(dict.fromkeys(by_place.get(name, name) for ran in trial.ran for name in ran.changed)),
        warnings=tuple(dict.fromkeys(text for ran in trial.ran for text in ran.warnings)),
        output="".join(ran.output for ran in trial.ran),
    )


def _problem(exercise: Exercise, last: Sequence[Ran], verdicts: Sequence[Verdict]) -> str:
    """What is wrong with the file as a whole, if anything is."""
    for outcome in ("does not parse", "no such function", "wrong arguments"):
        if all(ran.outcome == outcome for ran in last):
            if outcome == "no such function":
                return instead_of(exercise.function, last[0].found)
            return verdicts[0].message
    return ""


def _uncounted(exercise: Exercise, tests: Sequence[Test], says: str, runner: Runner) -> Grade:
    results = (TestResult(t.name, 0.0, t.points, t.hidden, "our fault", "Our fault; not counted.") for t in tests)
    return Grade(
        exercise=exercise.slug,
        score=0.0,
        max_score=sum(test.points for test in tests),
        tests=tuple(results),
        problem=f"Our fault; not counted. {says}",
        counted=False,
        isolation=isolation_of(runner),
        versions=versions_of(exercise),
    )


def isolation_of(runner: Runner) -> str:
    """full, partial or none: how well learners' code is kept in. Of a runner that is no pool nothing is known."""
    return isolation().level if isinstance(runner, Pool) else "none"


def versions_of(exercise: Exercise) -> dict[str, str]:
    return {"torch": torch.__version__, "numpy": np.__version__, "exercise": exercise.version}
