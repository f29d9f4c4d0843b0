"""A student's result for an exercise, and what is said of it in marks, pages and the class brief alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lib.exercises import Exercise
from lib.grading.classroom.people import Attempt, Student


@dataclass(frozen=True)
class Mark:
    """A student's result for an exercise: the grade under the JSON keys, or why there is none."""

    student: Student
    exercise: Exercise
    grade: Mapping[str, Any] | None
    why: str = ""
    file: str = ""
    text: str = ""  # the file as a program
    function: str = ""  # its name in the file, if it is another than the exercise asks for
    attempt: Attempt = Attempt()  # when it was handed in, and whether late, as far as the platform tells
    absent: bool = False  # whether no file has anything like the function

    @property
    def score(self) -> float | None:
        return None if self.grade is None else self.grade["score"]


def likely_mistake(grade: Mapping[str, Any]) -> str:
    """The likely mistake in words, if there is one. Where several fit, two are named: nobody can know which it was."""
    return " Or: ".join(grade["mistakes"][:2])


def all_alike(grade: Mapping[str, Any]) -> str:
    """How the tests ended, such as "out of time", if all of them ended alike and failed; else empty."""
    outcomes = {test["outcome"] for test in grade["tests"]}
    return outcomes.pop() if len(outcomes) == 1 and "passed" not in outcomes else ""
