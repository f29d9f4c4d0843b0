"""Does an exercise judge well? The solution earns everything, the starter nothing, every known mistake is caught."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lib.catalog import TOPICS
from lib.exercises import Exercise, ExerciseError, Test, read_exercise
from lib.exercises.arguments import is_random
from lib.exercises.left_out import mistakes_of_lesson
from lib.grading.author.defaults import default_faults
from lib.grading.author.ignored import arguments_of, with_fixed
from lib.grading.author.probes import can_differ
from lib.grading.author.rejects import Reject, rejects_of
from lib.grading.author.tolerance import constant_share, tolerance_faults
from lib.grading.expected import CannotGrade, Likely, SandboxFailed, Truth, lesson_mistakes, mistaken_trials, truth_of
from lib.grading.form import in_parts
from lib.grading.judge import Judgement, fits, judge, recognised
from lib.grading.trial import AnswerPart, Runner, Trial, run_tests
from lib.lesson import run

MOST_FOR_A_CONSTANT = 0.25  # of the points: cases whose answer is 0 are worth asking for, but not above all
FEW = 4  # tests that are tried before all of them
NEARLY = 0.5  # of the error that is allowed: a solution that needs more passes by luck


Cases = Sequence[tuple[Test, tuple[AnswerPart, ...]]]  # each with its right answer


@dataclass(frozen=True)
class Checked:
    """What the check of one exercise found; it passed if there is nothing in `faults`.

    `mistakes` is how many known mistakes can differ from what is right, `caught` how many of these lose points and are
    recognised, `rejects` how many standard wrong answers were tried.
    """

    slug: str
    tests: int
    hidden: int
    points: float
    caught: int = 0
    mistakes: int = 0
    rejects: int = 0
    faults: tuple[str, ...] = ()


def check_folder(folder: Path, runner: Runner) -> Checked:
    """The same for a folder, which may be no exercise at all."""
    try:
        return check(read_exercise(folder), runner)
    except ExerciseError as error:
        return Checked(folder.name, 0, 0, 0.0, faults=(str(error),))


def check(exercise: Exercise, runner: Runner) -> Checked:
    """Tries the exercise out from all sides. Whatever is wrong becomes a sentence in `faults`.

    Raises SandboxFailed.
    """
    size = len(exercise.tests), len(exercise.tests) - len(exercise.visible), exercise.max_score
    try:
        truth = truth_of(exercise, runner)
    except SandboxFailed:
        raise
    except (CannotGrade, *run.REFUSALS) as error:
        return Checked(exercise.slug, *size, faults=(f"There is no right answer to compare with: {error}",))
    known = _known_mistakes(exercise, truth)
    slips = [_mistake_fault(exercise, likely, judgements) for likely, judgements in known]
    rejects = rejects_of(exercise, truth)
    solved = _trials(exercise, exercise.solution, truth, runner)
    faults = (
        *_form_faults(exercise),
        *_buffer_faults(exercise, truth),
        *_points_faults(exercise, truth),
        *default_faults(exercise),
        *_solution_faults(exercise, truth, solved),
        *_unsteady(exercise, truth, runner),
        *tolerance_faults(exercise, truth, solved, runner),
        *_starter_faults(exercise, truth, runner),
        *_random_faults(exercise, truth, runner),
        *filter(None, slips),
        *_repeated(exercise, truth),
        *_misnamed(exercise, truth),
        *filter(None, (_reject_fault(exercise, reject, truth, runner) for reject in rejects)),
        *_ignored(exercise, truth, runner),
    )
    return Checked(exercise.slug, *size, slips.count(""), len(slips), len(rejects), faults)


def _judgements(exercise: Exercise, trials: Sequence[Trial], truth: Truth) -> list[Judgement]:
    return [judge(*each) for each in zip(exercise.tests, trials, truth.parts, strict=True)]


def _form_faults(exercise: Exercise) -> Iterator[str]:
    if not exercise.visible:
        yield "All tests are hidden; a learner needs some to see."
    if not any(test.hidden and test.points for test in exercise.tests):
        yield "No hidden test is worth points; the visible results could be copied down."
    if not exercise.statement.strip():
        yield "statement.md is empty; expected what the function is for, its formula, and each argument."
    if not exercise.mistakes and not lesson_mistakes(exercise):
        yield "There are no likely mistakes; write one file in mistakes/ for each that you have seen."


def _buffer_faults(exercise: Exercise, truth: Truth) -> Iterator[str]:
    """Entries of the state that are asked for, and that nobody has."""
    held = {part.name for parts in truth.parts for part in parts}
    for name in exercise.buffers or ():
        if name not in held:
            yield f"buffers in exercise.toml has {name!r}, which the right state never holds; expected its entries."


def _points_faults(exercise: Exercise, truth: Truth) -> Iterator[str]:
    if not exercise.max_score:
        yield "All tests together are worth 0 points; expected more: give points to some of [[tests]]."
    for answer, share in constant_share(exercise, truth).items():
        if share > MOST_FOR_A_CONSTANT:
            yield (
                f"Whoever always returns {answer} earns {share:.0%} of the points; expected at most "
                f"{MOST_FOR_A_CONSTANT:.0%}: add tests with other answers, or give points to these."
            )


def _trials(exercise: Exercise, source: str, truth: Truth, runner: Runner, updates: int | None = None) -> list[Trial]:
    trials = run_tests(exercise, exercise.tests, source, runner, updates=updates)
    return list(map(in_parts, trials, truth.parts))


def _solution_faults(exercise: Exercise, truth: Truth, trials: Sequence[Trial]) -> Iterator[str]:
    judgements = _judgements(exercise, trials, truth)
    for test, trial, judgement in zip(exercise.tests, trials, judgements, strict=True):
        if not judgement.passed:
            yield f"solution.py fails at {test.name!r}: {judgement.message}"
        elif judgement.times_allowed > NEARLY:
            yield f"solution.py passes {test.name!r} barely ({judgement.message}); allow more with rtol or atol."
        if trial.changed:
            yield f"solution.py changes its inputs at {test.name!r}: {', '.join(sorted(trial.changed))}"


def _unsteady(exercise: Exercise, truth: Truth, runner: Runner) -> Iterator[str]:
    """Where solution.py gives the right answers, they must not depend on chance, nor on what was asked before."""
    if exercise.expected != "solution":
        return
    order = exercise.tests[::-1]
    trials = map(in_parts, run_tests(exercise, order, exercise.solution, runner), truth.parts[::-1])
    for test, trial, right in zip(order, trials, truth.parts[::-1], strict=True):
        if not judge(test, trial, right).passed:
            yield f"solution.py answers {test.name!r} differently in another order of the tests; expected the same."
            return


def _starter_faults(exercise: Exercise, truth: Truth, runner: Runner) -> Iterator[str]:
    for test in _passed(exercise, exercise.starter, truth, runner):
        if test.points:
            yield f"starter.py earns {test.points:g} points at {test.name!r}; expected nothing."


def _passed(exercise: Exercise, source: str, truth: Truth, runner: Runner) -> list[Test]:
    judgements = _judgements(exercise, _trials(exercise, source, truth, runner), truth)
    return [test for test, judgement in zip(exercise.tests, judgements, strict=True) if judgement.passed]


def _random_faults(exercise: Exercise, truth: Truth, runner: Runner) -> Iterator[str]:
    """Random tests must be worth something: numbers that are finite, that vary, and that reach every branch."""
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
    """`branches` in solution.py names conditions: over all random tests each has to be true once, and false once."""
    defined = [node.name for node in ast.parse(exercise.solution).body if isinstance(node, ast.FunctionDef)]
    if "branches" not in defined:
        return
    reached: dict[str, set[bool]] = {}
    trials = run_tests(exercise, tests, exercise.solution, runner, function="branches")
    for test, trial in zip(tests, trials, strict=True):
        if trial.last.outcome != "returned" or not isinstance(trial.last.value, Mapping):
            yield f"branches in solution.py gives no dict of conditions at {test.name!r}: {trial.last.outcome}"
            return
        for name, condition in trial.last.value.items():
            reached.setdefault(name, set()).update(np.unique(np.asarray(condition, dtype=bool)).tolist())
    for name, seen in reached.items():
        for side in sorted({True, False} - seen):
            yield f"No random test reaches {name!r} being {str(side).lower()}."


def _known_mistakes(exercise: Exercise, truth: Truth) -> Iterator[tuple[Likely, list[Judgement]]]:
    """How the tests judge the mistakes in files, and those of the lesson that can differ under these arguments."""
    of_lesson = {mistake.name: mistake for mistake in lesson_mistakes(exercise)}
    for place, likely in enumerate(truth.mistakes):
        judgements = _judgements(exercise, likely.trials, truth)
        is_file = place < len(exercise.mistakes)
        if is_file or not all(j.passed for j in judgements) or can_differ(exercise, of_lesson[likely.name]):
            yield likely, judgements


def _mistake_fault(exercise: Exercise, likely: Likely, judgements: Sequence[Judgement]) -> str:
    """What is wrong with how the tests meet this mistake; nothing if it loses points and is recognised."""
    failed = [test for test, judgement in zip(exercise.tests, judgements, strict=True) if not judgement.passed]
    if not failed:
        return f"No test catches this mistake: {likely.says}"
    if not any(test.points for test in failed):
        return f"This mistake costs no points: {likely.says}"
    if not recognised(exercise.tests, likely.trials, judgements, [likely]):
        return f"No visible test shows this mistake, so it is not recognised: {likely.says}"
    return ""


def _repeated(exercise: Exercise, truth: Truth) -> Iterator[str]:
    """A file in mistakes/ that answers every test as another mistake does says the same thing twice."""
    for place, wrong in enumerate(exercise.mistakes):
        mine = truth.mistakes[place]
        for other in truth.mistakes[place + 1 :]:
            if all(fits(*case) for case in zip(exercise.tests, mine.trials, other.trials, strict=True)):
                yield f"mistakes/{wrong.name}.py answers every test as this mistake does: {other.says}"


def _misnamed(exercise: Exercise, truth: Truth) -> Iterator[str]:
    """A file in mistakes/ that bears the name of a mistake of the lesson has to be that mistake.

    This can be tried where the lesson gives the right answers; the lesson's own is then left out, or said twice.
    """
    if exercise.expected != "lesson":
        return
    of_lesson = mistakes_of_lesson(TOPICS[exercise.lesson], exercise.answer).values()
    named = {name: mistake for mistake in of_lesson for name in (*mistake.aliases, mistake.name)}
    for wrong, mine in zip(exercise.mistakes, truth.mistakes, strict=False):
        if wrong.name in named:
            theirs = mistaken_trials(exercise, named[wrong.name])
            cases = zip(exercise.tests, mine.trials, theirs, strict=True)
            if differing := [test for test, trial, other in cases if not fits(test, trial, other)]:
                yield (
                    f"mistakes/{wrong.name}.py bears the name of a mistake of the lesson, but answers "
                    f"{differing[0].name!r} differently; give it a name of its own, or make it this mistake: "
                    f"{named[wrong.name].says}"
                )


def _reject_fault(exercise: Exercise, reject: Reject, truth: Truth, runner: Runner) -> str:
    if _earns_all(exercise, reject.source, truth, runner):
        return f"A standard wrong answer earns everything: {reject.name}."
    return ""


def _earns_all(exercise: Exercise, source: str, truth: Truth, runner: Runner, last: Sequence[Test] = ()) -> bool:
    """Whether every point is earned. A few tests are tried before all of them, and of an update the first two calls:
    these show most wrong answers. `last` are tests that will not.
    """
    cases = [case for case in zip(exercise.tests, truth.parts, strict=True) if case[0].points]
    cases.sort(key=lambda case: case[0] in last)
    early = [(cases[:FEW], 2), (cases, 2)] if exercise.answer == "update" else [(cases[:FEW], None)]
    return all(_all_passed(exercise, source, some, runner, updates) for some, updates in (*early, (cases, None)))


def _all_passed(exercise: Exercise, source: str, cases: Cases, runner: Runner, updates: int | None) -> bool:
    trials = run_tests(exercise, [test for test, _ in cases], source, runner, updates=updates)
    return all(
        judge(test, in_parts(trial, right), right).passed for (test, right), trial in zip(cases, trials, strict=True)
    )


def _ignored(exercise: Exercise, truth: Truth, runner: Runner) -> Iterator[str]:
    """An argument that can stay the same in all tests without losing a point is not asked for."""
    for name in arguments_of(exercise):
        for value, source, same in with_fixed(exercise, name):
            if _earns_all(exercise, source, truth, runner, same):
                yield (
                    f"Whoever ignores {name} and always takes {value} loses no point; expected a test with another "
                    f"{name} and another answer."
                )
                break
