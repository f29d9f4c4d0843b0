"""What a lesson's mistakes give, for the tests that look for every one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lib.lesson.run import Case, Worked
from lib.lesson.spec import Mistake, Step, Topic
from lib.lesson.working import Part, diagnose
from lib.lesson.working.diagnose import same_value


def mistaken(lesson: Topic, values: Mapping[str, Any], mistake: Mistake, part: Part = "forward") -> Worked | None:
    return diagnose.mistaken(Case.of(lesson, values), mistake, part)


def truth_and_mistaken(
    lesson: Topic, values: Mapping[str, Any], mistake: Mistake, part: Part = "forward"
) -> tuple[dict[str, Step], dict[str, Step] | None]:
    """The steps as torch has them, and as the mistake makes them (each with the value sent on)."""
    case = Case.of(lesson, values)
    wrong = diagnose.mistaken(case, mistake, part)
    return diagnose.truth_of(case, part).steps, None if wrong is None else _as_sent(wrong)


def _as_sent(worked: Worked) -> dict[str, Step]:
    return {name: replace(step, value=worked.sent[name]) for name, step in worked.steps.items()}


def first_difference(truth: Mapping[str, Step], wrong: Mapping[str, Step]) -> str | None:
    """The first step where the mistaken working parts from the truth."""
    for name, step in truth.items():
        if name in wrong and not same_value(wrong[name].value, step.value):
            return name
    return None


def fitting(
    lesson: Topic, values: Mapping[str, Any], step: str, value: Any, *, part: Part = "forward"
) -> list[Mistake]:
    """Every mistake of the lesson that gives `value` at `step` (and that differs from the truth there)."""
    case = Case.of(lesson, values)
    truth = diagnose.truth_of(case, part).steps[step].value
    found = []
    for mistake in diagnose.mistakes_of(lesson, part):
        wrong = diagnose.mistaken(case, mistake, part)
        if wrong is None or step not in wrong.sent or same_value(wrong.sent[step], truth):
            continue
        if same_value(wrong.sent[step], value):
            found.append(mistake)
    return found
