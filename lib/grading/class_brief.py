"""What a class can do and what it gets wrong, so that the next lesson can start there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lib.catalog import TOPICS
from lib.exercises import Exercise

if TYPE_CHECKING:
    from lib.grading.batch import Mark


def class_brief(exercises: Sequence[Exercise], marks: Sequence[Mark]) -> str:
    """Markdown: for each exercise how many passed, which tests failed, which mistakes were made and what to reteach."""
    lines = ["# Class brief"]
    for exercise in exercises:
        lines += ["", f"## {exercise.title}", *_of_one(exercise, [m for m in marks if m.exercise is exercise])]
    return "\n".join(lines) + "\n"


def _of_one(exercise: Exercise, marks: Sequence[Mark]) -> Iterator[str]:
    grades = [mark.grade for mark in marks if mark.grade is not None]
    if len(grades) < len(marks):
        yield f"- {len(marks) - len(grades)} of {len(marks)} could not be graded."
    if not grades:
        return
    count = len(grades)
    full = sum(all(test["outcome"] == "passed" for test in grade["tests"]) for grade in grades)
    mean = sum(grade["score"] for grade in grades) / count
    yield f"- {full} of {count} passed everything; {mean:.1f} of {exercise.max_score:g} points on average."
    problems = Counter(test["outcome"] for grade in grades if grade["problem"] for test in grade["tests"][:1])
    yield from (f"- {n} of {count}: {outcome}." for outcome, n in problems.most_common())
    for place, test in enumerate(exercise.tests):
        passed = sum(grade["tests"][place]["outcome"] == "passed" for grade in grades)
        if passed < count:
            yield f"- {test.name}: {passed} of {count} passed{' (hidden)' if test.hidden else ''}."
    mistakes = Counter(says for grade in grades for says in grade["mistakes"][:1])
    yield from (f"- **{n} of {count}**: {says}" for says, n in mistakes.most_common(5))
    if mistakes and exercise.lesson:
        yield f"- To reteach: {TOPICS[exercise.lesson].title} (/{exercise.lesson})."
