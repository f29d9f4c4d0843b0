"""Grades a submission: every test runs in the sandbox, and what comes back is compared on our side."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from lib.exercises import Exercise, Test
from lib.grading.expected import CannotGrade, Likely, Truth, truth_of
from lib.grading.form import in_parts
from lib.grading.judge import Judgement, TestOutcome, judge
from lib.grading.mistakes import mistakes_of
from lib.grading.names import instead_of
from lib.grading.notebook import MOST_CODE
from lib.grading.readable import readable
from lib.grading.trial import AnswerPart, Runner, Trial, run_tests
from lib.once import once
from lib.sandbox.cells import cells_of
from lib.sandbox.isolation import isolation
from lib.sandbox.job import Fault, LeftOut, Limits, Program, Ran
from lib.sandbox.pool import Pool, shared_pool
from lib.tensors.compare import Comparison

OUTPUT_KEPT = 64 * 1024  # characters over all tests together
RESULT_LEAST, RESULT_TIMES = 64 * 1024, 4  # bytes that a result may have, also where a small one is expected


@dataclass(frozen=True, eq=False)
class TestResult:
    """One test, what the submission did in it, and how that was judged. Of a hidden test all three are sealed.

    `args` are what the function was given. `part` says which array differs first, where the answer has several, such
    as "exp_avg after update 2"; `update` is that update, counted from 1. `got` and `expected` are that array, as it
    came (of a large one the beginning) and as torch has it; `comparison` says where and how far they part.
    """

    __test__ = False  # pytest would take it for a class of tests

    test: Test
    trial: Trial
    judgement: Judgement
    seed: int = 0

    @property
    def name(self) -> str:
        return self.test.name

    @property
    def points(self) -> float:
        return self.test.points if self.passed else 0.0

    @property
    def max_points(self) -> float:
        return self.test.points

    @property
    def hidden(self) -> bool:
        return self.test.hidden

    @property
    def hint(self) -> str:
        return "" if self.passed else self.test.hint

    @once
    def args(self) -> Mapping[str, Any]:
        return self.test.args(self.seed)

    @property
    def outcome(self) -> TestOutcome:
        return self.judgement.outcome

    @property
    def passed(self) -> bool:
        return self.judgement.passed

    @property
    def message(self) -> str:
        return self.judgement.message

    @property
    def part(self) -> str:
        return self.judgement.part.label if self.judgement.part else ""

    @property
    def update(self) -> int:
        return self.judgement.part.update if self.judgement.part else 0

    @property
    def got(self) -> Any:
        return self.judgement.part.value if self.judgement.part else None

    @property
    def expected(self) -> Any:
        return self.judgement.expected.value if self.judgement.expected else None

    @property
    def comparison(self) -> Comparison | None:
        return self.judgement.comparison

    @property
    def fault(self) -> Fault | None:
        return self.trial.last.fault

    @property
    def changed(self) -> tuple[str, ...]:
        return self.trial.changed

    @property
    def warnings(self) -> tuple[str, ...]:
        return self.trial.warnings

    @property
    def output(self) -> str:
        return self.trial.output

    @property
    def seconds(self) -> float:
        return self.trial.seconds


@dataclass(frozen=True, eq=False)
class Grade:
    """What a submission earns and why.

    `problem` says what is wrong with the file as a whole: it does not parse, the function is missing. `mistakes` are
    the likely ones: what the visible tests show fits each of them. If `counted` is false, something went wrong on our
    side, and the score means nothing.

    `left_out` are the statements at top level that did not run, in their order; if `only_needed`, nothing else ran
    either but what the function needs. `doubt` says why a person should look: the file was run in two ways, which do
    not earn the same, and the better one counts. It is empty where there is none.
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
    left_out: tuple[LeftOut, ...] = ()
    only_needed: bool = False
    doubt: str = ""

    @property
    def passed(self) -> bool:
        return self.counted and all(test.passed for test in self.tests)

    @property
    def look_at(self) -> str:
        """Where to begin, if no mistake is known that fits: the smallest visible test that fails, and in it the number
        that is furthest off."""
        shown = [test for test in self.tests if not test.hidden and not test.passed and test.comparison is not None]
        values = [test for test in shown if test.comparison is not None and test.comparison.reason == "value"]
        if self.mistakes or not values:
            return ""
        return furthest_off(min(values, key=lambda test: np.size(test.expected)))


def furthest_off(test: TestResult) -> str:
    """The number of a test that is furthest off, in a sentence; of a NaN or ∞ the first."""
    got, expected = np.asarray(test.got, dtype=np.float64), np.asarray(test.expected, dtype=np.float64)
    with np.errstate(all="ignore"):
        off = np.abs(got - expected)
    wild = ~np.isfinite(off) & ~((got == expected) | (np.isnan(got) & np.isnan(expected)))
    place = np.unravel_index(int(np.argmax(np.where(wild, np.inf, np.nan_to_num(off)))), off.shape)
    where = f" at [{', '.join(map(str, place))}]" if place else ""
    of = f"{test.part}: " if test.part else ""
    return (
        f"Begin with “{test.name}”, the smallest test that fails: {of}{got[place]:.6g} came{where}, "
        f"{expected[place]:.6g} is right{'; nothing is further off' if off.size > 1 else ''}."
    )


def grade(
    exercise: Exercise,
    source: str,
    *,
    function: str = "",
    seed: int = 0,
    only_visible: bool = False,
    as_typed: bool = False,
    runner: Runner | None = None,
    most: Limits | None = None,
) -> Grade:
    """The grade of `source`, a program; that of a notebook is in `lib.grading.notebook`.

    Statements at top level run one by one, and one that fails stops only itself. Where time or memory decided what was
    left out, the file is also run with nothing but what the function needs, and the better way counts.

    `function` is the name to call where the file has another than the exercise asks for; `seed` redraws the random
    tests; `only_visible` leaves hidden tests out, as while a learner tries; `as_typed` grades nothing of a text that
    Python cannot read, as in an editor, where the slip can be mended at once; `most` are the operator's limits.
    """
    runner = runner or shared_pool()
    start = time.perf_counter()
    tests = exercise.visible if only_visible else exercise.tests
    try:
        truth = truth_of(exercise, runner, seed)
    except CannotGrade as error:
        return _uncounted(exercise, tests, str(error), runner)
    limits = room_for(truth.parts, most or Limits())
    known = _only(exercise, tests, truth)

    def graded(program: str | Program) -> Grade:
        trials = run_tests(exercise, tests, program, runner, function=function, seed=seed, most=limits)
        return _graded(exercise, tests, known, trials, seed, runner, time.perf_counter() - start)

    given = graded(source)
    if not as_typed and _unread(given) and len(source) <= MOST_CODE:
        given, source = _of_what_can_be_read(given, source, graded)
    if given.counted and not given.only_needed and any(map(_may_unsettle, given.left_out)):
        given = _better(given, graded(Program(source, only_needed=True)), function or exercise.function)
    return replace(given, seconds=time.perf_counter() - start)


UNSETTLING = ("out of time", "out of memory", "crashed", "too much output")


def _may_unsettle(left_out: LeftOut) -> bool:
    """Whether another machine, or another moment, might not have left it out."""
    return left_out.why in UNSETTLING


def _unread(given: Grade) -> bool:
    return bool(given.tests) and all(test.outcome == "does not parse" for test in given.tests)


def _of_what_can_be_read(given: Grade, source: str, graded: Callable[[str], Grade]) -> tuple[Grade, str]:
    """The grade of those parts of a text that Python can read, and they; as it was, if the function is not in them.

    First whole cells are left out, as in a notebook that is run. Where that costs points, only statements are.
    """
    best = given, source
    for by_cell in (True, False):
        text, left_out = readable(source, by_cell=by_cell)
        again = graded(text)
        if not (_unread(again) or all(test.outcome == "no such function" for test in again.tests)):
            told = tuple(sorted([*again.left_out, *left_out], key=lambda one: one.line))
            best = max(best, (replace(again, left_out=told), text), key=lambda one: (not _unread(one[0]), one[0].score))
        if best[0].passed or not cells_of(source):
            break
    return best


def _better(one: Grade, other: Grade, function: str) -> Grade:
    """The grade with the higher score, of both ways to run a file. Where they differ it says so."""
    if not other.counted or one.score == other.score:
        return one
    doubt = DOUBT.format(function=function, one=one.score, other=other.score, most=one.max_score)
    return replace(other if other.score > one.score else one, doubt=doubt)


DOUBT = (
    "Limits decided what of the file was left out. Run statement by statement it earns {one:g} of {most:g}, with only "
    "what {function} needs {other:g}. The higher one counts; please look at it."
)


def room_for(right: Sequence[Sequence[AnswerPart]], most: Limits) -> Limits:
    """The limits, with room for results some times as large as the right ones: for other dtypes, for lists."""
    sizes = Counter[tuple[int, int]]()
    for place, parts in enumerate(right):
        for part in parts:
            sizes[place, part.update] += np.asarray(part.value).nbytes
    wished = max(RESULT_LEAST, RESULT_TIMES * max(sizes.values(), default=0))
    return replace(most, result_bytes=min(most.result_bytes, wished))


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
    trials = list(map(in_parts, trials, truth.parts))
    judgements = [judge(*each) for each in zip(tests, trials, truth.parts, strict=True)]
    results = tuple(_result(*each, seed) for each in zip(tests, trials, judgements, strict=True))
    return Grade(
        exercise=exercise.slug,
        score=sum(result.points for result in results),
        max_score=sum(test.points for test in tests),
        tests=results,
        mistakes=tuple(mistakes_of(exercise, tests, truth, trials, judgements, runner, seed)),
        problem=_problem(exercise, tests, [trial.last for trial in trials], judgements),
        counted=all(judgement.outcome != "our fault" for judgement in judgements),
        isolation=isolation_of(runner),
        versions=versions_of(exercise),
        output="".join(result.output for result in results)[:OUTPUT_KEPT],
        seconds=seconds,
        left_out=_left_out(trials),
        only_needed=any(ran.only_needed for trial in trials for ran in trial.ran),
    )


def _left_out(trials: Sequence[Trial]) -> tuple[LeftOut, ...]:
    told = {one.line: one for trial in trials for one in trial.left_out}
    return tuple(told[line] for line in sorted(told))


def _result(test: Test, trial: Trial, judgement: Judgement, seed: int) -> TestResult:
    if test.hidden:
        return TestResult(test.sealed(), trial.sealed(), judgement.sealed())
    return TestResult(test, trial.without_answers(), judgement.without_large(), seed)


def _problem(exercise: Exercise, tests: Sequence[Test], last: Sequence[Ran], judgements: Sequence[Judgement]) -> str:
    """What is wrong with the file as a whole, if anything is: in the words of a test that may be seen."""
    outcomes = {ran.outcome for ran in last}
    if outcomes == {"no such function"}:
        return instead_of(exercise.function, last[0].found)
    if outcomes == {"does not parse"}:  # found out before any test, so it tells of none
        return judgements[0].message
    if outcomes == {"wrong arguments"}:
        return next((j.message for test, j in zip(tests, judgements, strict=True) if not test.hidden), "")
    return ""


def _uncounted(exercise: Exercise, tests: Sequence[Test], says: str, runner: Runner) -> Grade:
    trial, judgement = Trial((Ran("our fault"),)), Judgement("our fault", "Our fault; not counted.")
    return Grade(
        exercise=exercise.slug,
        score=0.0,
        max_score=sum(test.points for test in tests),
        tests=tuple(TestResult(test.sealed(), trial, judgement) for test in tests),
        problem=f"Our fault; not counted. {says}",
        counted=False,
        isolation=isolation_of(runner),
        versions=versions_of(exercise),
    )


def isolation_of(runner: Runner) -> str:
    """How well learners' code is kept in: full, partial or none, which is also said where a runner does not know."""
    return isolation().level if isinstance(runner, Pool) else getattr(runner, "isolation", "none")


def versions_of(exercise: Exercise) -> dict[str, str]:
    return {"torch": torch.__version__, "numpy": np.__version__, "exercise": exercise.version}
