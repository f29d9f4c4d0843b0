"""What is right, and what each likely mistake would answer: computed once per version of an exercise and seed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lib.catalog import TOPICS
from lib.exercises import Exercise, Test
from lib.grading.trial import Part, Runner, Trial, answered, put_to, update_parts
from lib.lesson import run
from lib.lesson.run.schedule import schedule_by_hand
from lib.lesson.spec import Mistake
from lib.lesson.working import diagnose

MOST_KEPT = 256  # exercises × seeds; one is some kilobytes


@dataclass(frozen=True, eq=False)
class Likely:
    """A likely mistake and its answers, one trial per test. `step` is the lesson's step at which it sits, if any.

    `name` is the lesson's name for it, or that of its file in the exercise's `mistakes/`.
    """

    name: str
    says: str
    trials: tuple[Trial, ...]
    step: str = ""


@dataclass(frozen=True, eq=False)
class Truth:
    """The right answer to each test, in parts, and the answers of whoever makes a mistake that is known."""

    parts: tuple[tuple[Part, ...], ...]
    mistakes: tuple[Likely, ...]


class CannotGrade(RuntimeError):
    """The exercise itself, or the sandbox, gave no right answer to compare with: our fault, not counted."""


_kept: OrderedDict[tuple[str, str, int], Truth] = OrderedDict()
_keeping = threading.Lock()


def truth_of(exercise: Exercise, runner: Runner, seed: int = 0) -> Truth:
    """From what was kept, else computed now. CannotGrade if the exercise gives no answer."""
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
    parts = right_parts(exercise, exercise.tests, runner, seed)
    files = [
        Likely(wrong.name, wrong.says, tuple(put_to(exercise, exercise.tests, wrong.source, runner, seed=seed)))
        for wrong in exercise.mistakes
    ]
    for likely in files:
        _need_ours(exercise, likely.trials)
    return Truth(parts, (*files, *_lesson_mistakes(exercise, seed)))


def right_parts(
    exercise: Exercise, tests: Sequence[Test], runner: Runner, seed: int = 0
) -> tuple[tuple[Part, ...], ...]:
    """The right answer to each test, from torch or from the solution."""
    if exercise.expected == "lesson":
        return tuple(torch_parts(exercise, test.args(seed)) for test in tests)
    trials = put_to(exercise, tests, exercise.solution, runner, seed=seed)
    _need_ours(exercise, trials)
    for test, trial in zip(tests, trials, strict=True):
        if trial.last.outcome != "returned" or trial.misfit:
            fault = trial.last.fault
            says = trial.misfit or (f"{fault.type}: {fault.message}" if fault else trial.last.outcome)
            raise CannotGrade(f"{exercise.slug}: solution.py fails at {test.name!r}: {says}")
    return tuple(_compared(exercise, trial.parts) for trial in trials)


def _need_ours(exercise: Exercise, trials: Sequence[Trial]) -> None:
    faults = [ran.fault for trial in trials for ran in trial.ran if ran.outcome == "our fault"]
    if faults:
        raise CannotGrade(f"{exercise.slug}: {faults[0].message if faults[0] else 'the sandbox failed'}")


def torch_parts(exercise: Exercise, given: Mapping[str, Any]) -> tuple[Part, ...]:
    """What torch gives for these arguments, in the exercise's parts."""
    lesson: Any = TOPICS[exercise.lesson]
    if exercise.answer == "update":
        values = {name: value for name, value in given.items() if name not in ("param", "grads")}
        return _trace_parts(exercise, run.trace_by_torch(lesson, given["param"], given["grads"], values))
    if exercise.answer == "lr":
        values, steps, metrics = _schedule(given)
        return (Part("", run.lr_by_torch(lesson, values, steps, metrics)),)
    value, grads = run.by_torch(lesson, given)
    if exercise.answer == "value":
        return (Part("", value),)
    return _gradient_parts(exercise, grads)


def _schedule(given: Mapping[str, Any]) -> tuple[dict[str, Any], int, Any]:
    """Torch's arguments, the number of steps, and what is watched, if anything is."""
    values = {name: value for name, value in given.items() if name not in ("steps", "metrics")}
    return values, given["steps"], given.get("metrics")


def _gradient_parts(exercise: Exercise, grads: Mapping[str, np.ndarray]) -> tuple[Part, ...]:
    if len(exercise.wrt) == 1:
        return (Part("", grads[exercise.wrt[0]]),)
    return tuple(Part(name, grads[name]) for name in exercise.wrt)


def _trace_parts(exercise: Exercise, updates: Sequence[run.Update]) -> tuple[Part, ...]:
    parts = [part for n, done in enumerate(updates, 1) for part in update_parts(done.param, done.state, n)]
    return _compared(exercise, tuple(parts))


def _compared(exercise: Exercise, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Without the buffers that the exercise does not ask for."""
    asked = exercise.buffers
    return parts if asked is None else tuple(part for part in parts if part.name in (*asked, "param", ""))


def lesson_mistakes(exercise: Exercise) -> list[Mistake]:
    """The lesson's mistakes that can be made in this exercise."""
    lesson: Any = TOPICS.get(exercise.lesson)
    if lesson is None or exercise.expected != "lesson":
        return []
    known = lesson.grad_mistakes if exercise.answer == "grad" else lesson.mistakes
    out = set(exercise.leave_out or ())
    return [mistake for mistake in known.values() if out.isdisjoint((mistake.name, *mistake.aliases))]


def _lesson_mistakes(exercise: Exercise, seed: int) -> list[Likely]:
    found = []
    for mistake in lesson_mistakes(exercise):
        trials = tuple(answered(mistaken_parts(exercise, mistake, test.args(seed))) for test in exercise.tests)
        found.append(Likely(mistake.name, mistake.says, trials, next(iter(mistake.instead))))
    return found


def mistaken_parts(exercise: Exercise, mistake: Mistake, given: Mapping[str, Any]) -> tuple[Part, ...]:
    """What whoever makes this mistake answers; what is right where it cannot be made."""
    lesson: Any = TOPICS[exercise.lesson]
    if exercise.answer == "update":
        return _mistaken_trace(exercise, mistake, given)
    if exercise.answer == "lr":
        rates = schedule_by_hand(lesson, *_schedule(given), slip=diagnose.slip_of(mistake))
        return (Part("", np.array([rate.lr for rate in rates])),)
    case = run.Case.of(lesson, given)
    worked = diagnose.mistaken(case, mistake, "gradient" if exercise.answer == "grad" else "forward")
    if worked is None:
        return torch_parts(exercise, given)
    if exercise.answer == "value":
        return (Part("", list(worked.sent.values())[-1]),)
    zeros = {name: np.zeros(np.shape(given[name])) for name in exercise.wrt}
    return _gradient_parts(exercise, {name: worked.sent.get(f"d_{name}", zeros[name]) for name in exercise.wrt})


def _mistaken_trace(exercise: Exercise, mistake: Mistake, given: Mapping[str, Any]) -> tuple[Part, ...]:
    lesson: Any = TOPICS[exercise.lesson]
    values = {name: value for name, value in given.items() if name not in ("param", "grads")}
    trace = run.trace_by_hand(lesson, given["param"], given["grads"], values, slip=diagnose.slip_of(mistake))
    return _trace_parts(exercise, trace)
