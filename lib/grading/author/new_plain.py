"""The short solution of a new exercise, and whether it is right: tried here, since it is our own code."""

from __future__ import annotations

import copy
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from lib.exercises import EXERCISES, Exercise
from lib.grading.author.own_names import with_own_names
from lib.grading.author.plain import NotPlain, plain_source
from lib.grading.expected import torch_parts
from lib.grading.judge import judge
from lib.grading.trial import run_tests
from lib.lesson.spec import Topic
from lib.sandbox.job import Call, Limits, Program, Ran

_BRANCHES = re.compile(r"(?ms)^def branches\(.*?(?=^\S|\Z)")  # they are about that exercise's own random tests
PLAIN = "plain"  # the key of the short solution beside the files of a new exercise


def plain_solution(lesson: Topic, function: str, *, result_is_last: bool) -> str:
    """The lesson's calculation in plain NumPy, ending with this function; nothing where it cannot be put so."""
    try:
        source = plain_source(lesson.by_hand, function, result_is_last=result_is_last)
    except NotPlain:
        return ""
    return f'"""{lesson.title} by hand."""\n\n{source}'


def solution_of(exercise: Exercise, plain: str) -> str:
    """The shortest solution that answers all tests, with names that no other exercise's solution has."""
    shortest = _shortest(exercise, plain)
    named = with_own_names(shortest, exercise.function)
    return named if answers_all(replace(exercise, solution=named)) else shortest


def _shortest(exercise: Exercise, plain: str) -> str:
    """The lesson's in plain NumPy, that of an exercise of the app, or the lesson's own code."""
    known = [plain, *_published(exercise)] if plain else list(_published(exercise))
    for source in sorted(known, key=len):
        if len(source) < len(exercise.solution) and answers_all(replace(exercise, solution=source)):
            return source
    return exercise.solution


def _published(exercise: Exercise) -> Iterator[str]:
    """Solutions of the app's own exercises on the same lesson that take the same arguments, under the new name."""
    wanted = exercise.signature
    for other in EXERCISES.values():
        same = (other.lesson, other.answer, other.expected) == (exercise.lesson, exercise.answer, "lesson")
        if same and other.signature.by_place == wanted.by_place and set(wanted.by_name) <= set(other.signature.by_name):
            head = exercise.starter[exercise.starter.rindex("def ") :].rpartition("...")[0]
            given = ", ".join([*wanted.by_place, *(f"{name}={name}" for name in wanted.by_name)])
            source = _BRANCHES.sub("", other.solution).rstrip()
            yield f"{source}\n\n\n{head}return {other.function}({given})\n"


def answers_all(exercise: Exercise) -> bool:
    """Whether the solution gives what torch gives in every test."""
    trials = run_tests(exercise, exercise.tests, exercise.solution, InThisProcess())
    cases = zip(exercise.tests, trials, strict=True)
    return all(judge(test, trial, torch_parts(exercise, test.args())).passed for test, trial in cases)


class InThisProcess:
    """Runs code that this project has written itself."""

    def run(self, source: str | Program, function: str, calls: Sequence[Call], limits: Limits) -> list[Ran]:
        found: dict[str, Any] = {}
        text = source if isinstance(source, str) else source.text
        try:
            exec(compile(text, "solution.py", "exec"), found)
        except Exception:  # then it is not as the lesson is, and the long form stays
            return [Ran("does not parse")] * len(calls)
        with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
            return [_called(found[function], call) for call in calls]


def _called(function: Any, call: Call) -> Ran:
    try:
        return Ran("returned", function(*copy.deepcopy(call.args), **copy.deepcopy(dict(call.kwargs))))
    except Exception:
        return Ran("raised")
