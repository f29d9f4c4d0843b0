"""What is right, and what each likely mistake would answer: computed once for each version of an exercise and seed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lib.catalog import TOPICS
from lib.exercises import Exercise, Test
from lib.exercises.left_out import mistakes_of_lesson
from lib.grading.form import Misfit, in_parts, parts_of
from lib.grading.trial import AnswerPart, Runner, Trial, answered, run_tests, update_parts
from lib.lesson import run
from lib.lesson.run.schedule import schedule_by_hand
from lib.lesson.spec import Mistake
from lib.lesson.working import diagnose
from lib.sandbox.job import Ran

MOST_KEPT = 256  # one for each exercise and seed, of some kilobytes


@dataclass(frozen=True, eq=False)
class Likely:
    """A likely mistake and what whoever makes it answers, one trial per test.

    `name` is the lesson's name for it, or that of its file in the exercise's `mistakes/`; `says` sets the learner
    right. `step` is the step of the lesson at which the mistake is made; empty for one from a file, and
    for one in what goes in.
    """

    name: str
    says: str
    trials: tuple[Trial, ...]
    step: str = ""


@dataclass(frozen=True, eq=False)
class Truth:
    """The right answer to each test, in parts, and the known mistakes with their answers: those from files first."""

    parts: tuple[tuple[AnswerPart, ...], ...]
    mistakes: tuple[Likely, ...]


class CannotGrade(RuntimeError):
    """There is no right answer to compare with, because the exercise or the sandbox fails: our fault, not counted."""


class SandboxFailed(CannotGrade):
    """The sandbox fails, whatever the exercise is."""


_kept: OrderedDict[tuple[str, str, int], Truth] = OrderedDict()
_keeping = threading.Lock()


def truth_of(exercise: Exercise, runner: Runner, seed: int = 0) -> Truth:
    """What is right and what the known mistakes answer; computed at most once. Raises CannotGrade."""
    key = (exercise.slug, exercise.version, seed)
    with _keeping:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    truth = compute_truth(exercise, runner, seed)
    with _keeping:
        _kept[key] = truth
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return truth


def compute_truth(exercise: Exercise, runner: Runner, seed: int = 0) -> Truth:
    parts = right_parts(exercise, runner, seed)
    files = []
    for wrong in exercise.mistakes:
        trials = run_tests(exercise, exercise.tests, wrong.source, runner, seed=seed)
        files.append(Likely(wrong.name, wrong.says, tuple(map(in_parts, trials, parts))))
    for likely in files:
        _need_ours(exercise, likely.trials)
    return Truth(parts, (*files, *_lesson_mistakes(exercise, seed)))


def right_parts(exercise: Exercise, runner: Runner, seed: int = 0) -> tuple[tuple[AnswerPart, ...], ...]:
    """The right answer to each test, from torch or from the solution."""
    if exercise.expected == "lesson":
        return tuple(_by_torch(exercise, test, seed) for test in exercise.tests)
    trials = run_tests(exercise, exercise.tests, exercise.solution, runner, seed=seed)
    _need_ours(exercise, trials)
    for test, trial in zip(exercise.tests, trials, strict=True):
        if trial.last.outcome != "returned" or trial.misfit:
            raise CannotGrade(
                f"{exercise.slug}: solution.py fails at {test.name!r}: {trial.misfit or _why(trial.last)}"
            )
    return tuple(_solved(exercise, test.name, trial) for test, trial in zip(exercise.tests, trials, strict=True))


def _why(ran: Ran) -> str:
    """Why there is no result: what Python said, or how it ended."""
    fault = ran.fault
    if fault is None or not fault.type or ran.outcome != "raised":
        return f"{ran.outcome}{f' ({fault.message})' if fault and fault.message else ''}"
    return f"{fault.type}: {fault.message}{f' (line {fault.line})' if fault.line else ''}"


def _solved(exercise: Exercise, test: str, trial: Trial) -> tuple[AnswerPart, ...]:
    """The solution's answer to a test, in parts that numbers can be compared with."""
    if exercise.answer == "update":
        return _compared(exercise, trial.parts)
    try:
        return tuple(
            replace(part, name=part.name or given.name)
            for given in trial.parts
            for part in parts_of(given.value, exercise.parts)
        )
    except Misfit as misfit:
        raise CannotGrade(f"{exercise.slug}: solution.py fails at {test!r}: {misfit}.") from misfit


def _by_torch(exercise: Exercise, test: Test, seed: int) -> tuple[AnswerPart, ...]:
    try:
        return torch_parts(exercise, test.args(seed))
    except (*run.REFUSALS, LookupError, AttributeError, AssertionError) as error:  # what a wrong kind of value leads to
        raise CannotGrade(f"{exercise.slug}: PyTorch does not take {test.name!r} in exercise.toml: {error}") from error


def _need_ours(exercise: Exercise, trials: Sequence[Trial]) -> None:
    faults = [ran.fault for trial in trials for ran in trial.ran if ran.outcome == "our fault"]
    if faults:
        raise SandboxFailed(f"{exercise.slug}: {faults[0].message if faults[0] else 'the sandbox failed'}")


def torch_parts(exercise: Exercise, given: Mapping[str, Any]) -> tuple[AnswerPart, ...]:
    """What torch gives for these arguments, in the exercise's parts."""
    lesson: Any = TOPICS[exercise.lesson]
    if exercise.answer == "update":
        return _trace_parts(exercise, run.trace_by_torch(lesson, *_run_of(given)))
    if exercise.answer == "lr":
        return (AnswerPart("", run.lr_by_torch(lesson, *_schedule(given))),)
    value, grads = run.by_torch(lesson, given)
    if exercise.answer == "value":
        return (AnswerPart("", value),)
    return _gradient_parts(exercise, grads)


def _run_of(given: Mapping[str, Any]) -> tuple[Any, Any, dict[str, Any]]:
    """From a test's arguments: where the parameter starts, the gradients, and torch's own."""
    values = {name: value for name, value in given.items() if name not in ("param", "grads")}
    return given["param"], given["grads"], values


def _schedule(given: Mapping[str, Any]) -> tuple[dict[str, Any], int, Any]:
    """From a test's arguments: torch's own, the number of steps, and the metrics that are watched, if any are."""
    values = {name: value for name, value in given.items() if name not in ("steps", "metrics")}
    return values, given["steps"], given.get("metrics")


def _gradient_parts(exercise: Exercise, grads: Mapping[str, np.ndarray]) -> tuple[AnswerPart, ...]:
    if len(exercise.wrt) == 1:
        return (AnswerPart("", grads[exercise.wrt[0]]),)
    return tuple(AnswerPart(name, grads[name]) for name in exercise.wrt)


def _trace_parts(exercise: Exercise, updates: Sequence[run.Update]) -> tuple[AnswerPart, ...]:
    parts = [part for n, done in enumerate(updates, 1) for part in update_parts(done.param, done.state, n)]
    return _compared(exercise, tuple(parts))


def _compared(exercise: Exercise, parts: tuple[AnswerPart, ...]) -> tuple[AnswerPart, ...]:
    """The parts that are compared: without the entries of the state that the exercise does not ask for."""
    asked = exercise.buffers
    return parts if asked is None else tuple(part for part in parts if part.name in (*asked, "param", ""))


def lesson_mistakes(exercise: Exercise) -> list[Mistake]:
    """The lesson's mistakes that can be made in this exercise."""
    if exercise.expected != "lesson":
        return []
    known = mistakes_of_lesson(TOPICS[exercise.lesson], exercise.answer)
    return [mistake for name, mistake in known.items() if name not in exercise.leave_out]


def _lesson_mistakes(exercise: Exercise, seed: int) -> list[Likely]:
    return [
        Likely(mistake.name, mistake.says, mistaken_trials(exercise, mistake, seed), next(iter(mistake.instead), ""))
        for mistake in lesson_mistakes(exercise)
    ]


def mistaken_trials(exercise: Exercise, mistake: Mistake, seed: int = 0) -> tuple[Trial, ...]:
    """What whoever makes this mistake of the lesson answers to each test."""
    return tuple(answered(mistaken_parts(exercise, mistake, test.args(seed))) for test in exercise.tests)


def mistaken_parts(exercise: Exercise, mistake: Mistake, given: Mapping[str, Any]) -> tuple[AnswerPart, ...]:
    """What whoever makes this mistake answers; what is right where it cannot be made."""
    lesson: Any = TOPICS[exercise.lesson]
    if exercise.answer == "update":
        trace = run.trace_by_hand(lesson, *_run_of(given), slip=diagnose.slip_of(mistake))
        return _trace_parts(exercise, trace)
    if exercise.answer == "lr":
        rates = schedule_by_hand(lesson, *_schedule(given), slip=diagnose.slip_of(mistake))
        return (AnswerPart("", np.array([rate.lr for rate in rates])),)
    case = run.Case.of(lesson, given)
    worked = diagnose.mistaken(case, mistake, "gradient" if exercise.answer == "grad" else "forward")
    if worked is None:
        return torch_parts(exercise, given)
    if exercise.answer == "value":
        return (AnswerPart("", list(worked.sent.values())[-1]),)
    zeros = {name: np.zeros(np.shape(given[name])) for name in exercise.wrt}
    return _gradient_parts(exercise, {name: worked.sent.get(f"d_{name}", zeros[name]) for name in exercise.wrt})
