"""Does an exercise judge well? The solution earns everything, the starter nothing, every known mistake is caught."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lib.exercises import Exercise, Test
from lib.exercises.arguments import is_random
from lib.grading.author.probes import can_differ
from lib.grading.author.rejects import Reject, rejects_of
from lib.grading.expected import CannotGrade, Likely, Truth, lesson_mistakes, truth_of
from lib.grading.judge import fits, judge, recognised
from lib.grading.trial import Runner, put_to
from lib.lesson import run

NEARLY = 0.5  # a solution this near to what is allowed passes by luck


@dataclass(frozen=True)
class Checked:
    """What the check of one exercise found. Nothing in `faults`: it passed.

    `caught` mistakes lose points and are recognised, of all `mistakes` that can differ; `rejects` standard wrong
    answers were tried.
    """

    slug: str
    tests: int
    hidden: int
    points: float
    caught: int = 0
    mistakes: int = 0
    rejects: int = 0
    faults: tuple[str, ...] = ()


def check(exercise: Exercise, runner: Runner) -> Checked:
    """Tries the exercise out from all sides. Whatever is wrong becomes a sentence in `faults`."""
    size = len(exercise.tests), len(exercise.tests) - len(exercise.visible), exercise.max_score
    try:
        truth = truth_of(exercise, runner)
    except (CannotGrade, *run.REFUSALS) as error:
        return Checked(exercise.slug, *size, faults=(f"There is no right answer to compare with: {error}",))
    known = _known_mistakes(exercise, truth)
    slips = [_mistake_fault(exercise, likely, truth) for likely in known]
    rejects = rejects_of(exercise, truth)
    faults = (
        *_form_faults(exercise),
        *_solution_faults(exercise, truth, runner),
        *_starter_faults(exercise, truth, runner),
        *_random_faults(exercise, truth, runner),
        *filter(None, slips),
        *_repeated(exercise, truth),
        *filter(None, (_reject_fault(exercise, reject, truth, runner) for reject in rejects)),
    )
    return Checked(exercise.slug, *size, slips.count(""), len(slips), len(rejects), faults)


def _form_faults(exercise: Exercise) -> Iterator[str]:
    if not exercise.visible:
        yield "All tests are hidden; a learner needs some to see."
    if not any(test.hidden and test.points for test in exercise.tests):
        yield "No hidden test is worth points; the visible results could be copied down."
    if not exercise.mistakes and not lesson_mistakes(exercise):
        yield "There are no likely mistakes; write one file in mistakes/ for each that you have seen."


def _solution_faults(exercise: Exercise, truth: Truth, runner: Runner) -> Iterator[str]:
    trials = put_to(exercise, exercise.tests, exercise.solution, runner)
    for test, trial, right in zip(exercise.tests, trials, truth.parts, strict=True):
        verdict = judge(test, trial, right)
        if verdict.outcome != "passed":
            yield f"solution.py fails at {test.name!r}: {verdict.message}"
        elif verdict.times_allowed > NEARLY:
            yield f"solution.py passes {test.name!r} barely ({verdict.message}); allow more with rtol or atol."
        if changed := {name for ran in trial.ran for name in ran.changed}:
            yield f"solution.py changes its inputs at {test.name!r}: {', '.join(sorted(changed))}"


def _starter_faults(exercise: Exercise, truth: Truth, runner: Runner) -> Iterator[str]:
    for test in _passed(exercise, exercise.starter, truth, runner):
        if test.points:
            yield f"starter.py earns {test.points:g} points at {test.name!r}; expected nothing."


def _passed(exercise: Exercise, source: str, truth: Truth, runner: Runner) -> list[Test]:
    trials = put_to(exercise, exercise.tests, source, runner)
    cases = zip(exercise.tests, trials, truth.parts, strict=True)
    return [test for test, trial, right in cases if judge(test, trial, right).outcome == "passed"]


def _random_faults(exercise: Exercise, truth: Truth, runner: Runner) -> Iterator[str]:
    """Random tests must not degenerate: numbers that are finite, vary, and reach every branch."""
    drawn = [(test, right) for test, right in zip(exercise.tests, truth.parts, strict=True) if is_random(test.recipe)]
    for test, right in drawn:
        given = test.args()
        for name, recipe in test.recipe.items():
            if isinstance(recipe, Mapping) and "random" in recipe and (why := _degenerate(given[name])):
                yield f"{test.name!r}: the random {name} {why}; choose another seed or other limits."
        for part in right:
            if why := _degenerate(part.value):
                yield f"{test.name!r}: the right {part.label or 'result'} {why}; choose other values."
    if drawn:
        yield from _unreached(exercise, [test for test, _ in drawn], runner)


def _degenerate(value: Any) -> str:
    array = np.asarray(value, dtype=np.float64)
    if not np.isfinite(array).all():
        return "is not finite"
    return "is the same everywhere" if array.size > 3 and np.ptp(array) == 0 else ""


def _unreached(exercise: Exercise, tests: Sequence[Test], runner: Runner) -> Iterator[str]:
    """`branches` in solution.py names conditions; over all random tests each must be true somewhere, and false."""
    defined = [node.name for node in ast.parse(exercise.solution).body if isinstance(node, ast.FunctionDef)]
    if "branches" not in defined:
        return
    reached: dict[str, set[bool]] = {}
    for test, trial in zip(tests, put_to(exercise, tests, exercise.solution, runner, function="branches"), strict=True):
        if trial.last.outcome != "returned" or not isinstance(trial.last.value, Mapping):
            yield f"branches in solution.py gives no dict of conditions at {test.name!r}: {trial.last.outcome}"
            return
        for name, condition in trial.last.value.items():
            reached.setdefault(name, set()).update(np.unique(np.asarray(condition, dtype=bool)).tolist())
    for name, seen in reached.items():
        for side in sorted({True, False} - seen):
            yield f"No random test reaches {name!r} being {str(side).lower()}."


def _known_mistakes(exercise: Exercise, truth: Truth) -> list[Likely]:
    """The mistakes in files, and those of the lesson that can differ under this function's arguments."""
    files, theirs = truth.mistakes[: len(exercise.mistakes)], truth.mistakes[len(exercise.mistakes) :]
    pairs = zip(lesson_mistakes(exercise), theirs, strict=True)
    return [*files, *(likely for m, likely in pairs if _failed(exercise, likely, truth) or can_differ(exercise, m))]


def _failed(exercise: Exercise, likely: Likely, truth: Truth) -> list[Test]:
    """The tests in which this mistake shows."""
    cases = zip(exercise.tests, likely.trials, truth.parts, strict=True)
    return [test for test, trial, right in cases if judge(test, trial, right).outcome != "passed"]


def _mistake_fault(exercise: Exercise, likely: Likely, truth: Truth) -> str:
    """What is wrong with how the tests meet this mistake; nothing if it loses points and is recognised."""
    failed = _failed(exercise, likely, truth)
    if not failed:
        return f"No test catches this mistake: {likely.says}"
    if not any(test.points for test in failed):
        return f"This mistake costs no points: {likely.says}"
    verdicts = [judge(*case) for case in zip(exercise.tests, likely.trials, truth.parts, strict=True)]
    if likely not in recognised(exercise.tests, likely.trials, verdicts, truth.mistakes):
        return f"No visible test shows this mistake, so it is not recognised: {likely.says}"
    return ""


def _repeated(exercise: Exercise, truth: Truth) -> Iterator[str]:
    """A file in mistakes/ that answers every test as another mistake does says the same thing twice."""
    for place, wrong in enumerate(exercise.mistakes):
        mine = truth.mistakes[place]
        for other in truth.mistakes[place + 1 :]:
            if all(fits(*case) for case in zip(exercise.tests, mine.trials, other.trials, strict=True)):
                yield f"mistakes/{wrong.name}.py answers every test as this mistake does: {other.says}"


def _reject_fault(exercise: Exercise, reject: Reject, truth: Truth, runner: Runner) -> str:
    lost = sum(test.points for test in exercise.tests) - sum(
        test.points for test in _passed(exercise, reject.source, truth, runner)
    )
    return "" if lost else f"A standard wrong answer earns everything: {reject.name}."
