"""Which likely mistakes explain a wrong value."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from lib.lesson.run.drive import Answer, Worked, drive, go_on, work
from lib.lesson.run.given import given_values
from lib.lesson.spec import Lesson, Mistake, Step, Topic


def answers_of(mistake: Mistake, given: Mapping[str, Any], otherwise: Answer = go_on) -> Answer:
    """Answers a mistake's steps its way, in its step's shape and precision, and every other step as `otherwise`."""

    def answer(step: Step, done: Mapping[str, np.ndarray]) -> Any:
        slip = mistake.instead.get(step.base)
        if slip is None:
            return otherwise(step, done)
        return np.asarray(slip(given, done), dtype=np.result_type(step.value))

    return answer


def slip_of(mistake: Mistake) -> Callable[[Mapping[str, Any]], Answer]:
    """The mistake in every update, or epoch, of a run in which it can be made."""
    return lambda given: answers_of(mistake, given) if mistake.when(given) else go_on


def working(lesson: Topic, values: Mapping[str, Any], part: str, answer: Answer = go_on) -> Worked:
    """The forward hand calculation, or the gradient's on true forward values."""
    given = given_values(lesson, values)
    forward = work(lesson, given, answer if part == "forward" else go_on)
    if part == "forward" or not isinstance(lesson, Lesson):
        return forward
    return drive(lesson.grad_by_hand(forward.sent, **given), answer)


def mistakes_of(lesson: Topic, part: str) -> Collection[Mistake]:
    return (lesson.grad_mistakes if part == "gradient" and isinstance(lesson, Lesson) else lesson.mistakes).values()


def mistaken(lesson: Topic, values: Mapping[str, Any], mistake: Mistake, part: str = "forward") -> Worked | None:
    """The whole working of somebody who makes this one mistake; None where it cannot be made with these values."""
    given = given_values(lesson, values)
    if not mistake.when(given):
        return None
    return working(lesson, values, part, answers_of(mistake, given))


def truth_and_mistaken(
    lesson: Topic, values: Mapping[str, Any], mistake: Mistake, part: str = "forward"
) -> tuple[dict[str, Step], dict[str, Step] | None]:
    """The steps as torch has them, and as the mistake makes them (each with the value sent on)."""
    truth = working(lesson, values, part).steps
    wrong = mistaken(lesson, values, mistake, part)
    return truth, None if wrong is None else _as_sent(wrong)


def _as_sent(worked: Worked) -> dict[str, Step]:
    return {name: replace(step, value=worked.sent[name]) for name, step in worked.steps.items()}


def first_difference(truth: Mapping[str, Step], wrong: Mapping[str, Step]) -> str | None:
    """The first step where the mistaken working parts from the truth."""
    for name, step in truth.items():
        if name in wrong and not same_value(wrong[name].value, step.value):
            return name
    return None


def same_value(a: Any, b: Any) -> bool:
    a, b = np.asarray(a), np.asarray(b)
    return a.shape == b.shape and np.allclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True)


def fitting(lesson: Topic, values: Mapping[str, Any], step: str, value: Any, *, part: str = "forward") -> list[Mistake]:
    """Every mistake of the lesson that gives `value` at `step` (and that differs from the truth there)."""
    truth = working(lesson, values, part).steps[step].value
    found = []
    for mistake in mistakes_of(lesson, part):
        wrong = mistaken(lesson, values, mistake, part)
        if wrong is None or step not in wrong.sent or same_value(wrong.sent[step], truth):
            continue
        if same_value(wrong.sent[step], value):
            found.append(mistake)
    return found
