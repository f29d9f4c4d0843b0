"""A hand calculation with a mistake in it: the numbers of somebody who makes it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Literal

import numpy as np

from lib.lesson.run.case import Case
from lib.lesson.run.drive import RIGHT, Answer, Slip, Worked, go_on
from lib.lesson.spec import Lesson, Mistake, Step, Topic

Part = Literal["forward", "gradient"]


def truth_of(case: Case, part: Part) -> Worked:
    """The right working of the result, or of its gradient."""
    return case.gradient if part == "gradient" else case.forward


def worked(case: Case, part: Part, answer: Answer) -> Worked:
    """The working of the result, or of its gradient, with `answer` deciding what each step goes on with."""
    return case.work_gradient(answer) if part == "gradient" else case.work(answer)


def mistakes_of(lesson: Topic, part: Part) -> Collection[Mistake]:
    return (lesson.grad_mistakes if part == "gradient" and isinstance(lesson, Lesson) else lesson.mistakes).values()


def mistaken(case: Case, mistake: Mistake, part: Part = "forward") -> Worked | None:
    """The whole working of somebody who makes this one mistake; None where it cannot be made with these values."""
    if not mistake.when(case.given):
        return None
    changed, answer = made(mistake, case.given)
    return worked(case.taking(changed), part, answer)


def made(mistake: Mistake, given: Mapping[str, Any]) -> Slip:
    """What whoever makes the mistake takes and answers otherwise where this is given."""
    with np.errstate(all="ignore"):
        changed = mistake.given(given)
    return Slip(changed, answers_of(mistake, {**given, **changed}))


def answers_of(mistake: Mistake, given: Mapping[str, Any]) -> Answer:
    """Answers the steps of a mistake its way, in the step's own precision; every other step goes on."""

    def answer(step: Step, done: Mapping[str, np.ndarray]) -> Any:
        slip = mistake.instead.get(step.base)
        if slip is None:
            return go_on(step, done)
        return np.asarray(slip(given, done), dtype=np.result_type(step.value))

    return answer


def slip_of(mistake: Mistake) -> Callable[[Mapping[str, Any]], Slip]:
    """The mistake for a whole run: it is made in every update, or epoch, in which it can be made."""
    return lambda given: made(mistake, given) if mistake.when(given) else RIGHT


def same_value(a: Any, b: Any) -> bool:
    """Whether two values are the same but for the last digits of a float."""
    a, b = np.asarray(a), np.asarray(b)
    return a.shape == b.shape and np.allclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True)
