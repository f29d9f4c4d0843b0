"""An example for the mistakes/ folder of a new exercise: a wrong answer that no mistake of the lesson gives."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lib.catalog import TOPICS
from lib.exercises import Exercise, Test
from lib.grading.expected import lesson_mistakes, mistaken_trials, torch_parts
from lib.grading.judge import fits, judge
from lib.grading.trial import AnswerPart, Trial, answered
from lib.lesson import run
from lib.lesson.spec import Lesson

Parts = tuple[AnswerPart, ...]


@dataclass(frozen=True)
class Slip:
    """A wrong answer: its name, what is said to whoever gives it, the line to add, and what it gives.

    `line` begins the function; with `at_the_end` it takes the place of `return …`, whose value it finds in `answer`.
    """

    name: str
    says: str
    line: str
    gives: Callable[[Mapping[str, Any]], Parts]
    at_the_end: bool = False


def example_for(exercise: Exercise) -> tuple[str, str] | None:
    """Name and source of a mistake that loses points, is seen in a visible test, and is none of the lesson's."""
    right = [torch_parts(exercise, test.args()) for test in exercise.tests]
    topic = TOPICS[exercise.lesson]
    named = {*topic.mistakes, *(topic.grad_mistakes if isinstance(topic, Lesson) else ())}
    known = [mistaken_trials(exercise, mistake) for mistake in lesson_mistakes(exercise)]
    for slip in _slips(exercise):
        given = [] if slip.name in named else _trials(slip, exercise.tests)
        if given and _is_seen(exercise, given, right) and not any(_alike(exercise, given, other) for other in known):
            return slip.name, _source(exercise, slip)
    return None


def _trials(slip: Slip, tests: Sequence[Test]) -> list[Trial]:
    try:
        return [answered(slip.gives(test.args())) for test in tests]
    except run.REFUSALS:  # with this slip the function cannot be called
        return []


def _is_seen(exercise: Exercise, given: Sequence[Trial], right: Sequence[Parts]) -> bool:
    cases = zip(exercise.tests, given, right, strict=True)
    return any(not test.hidden and not judge(test, trial, parts).passed for test, trial, parts in cases)


def _alike(exercise: Exercise, given: Sequence[Trial], other: Sequence[Trial]) -> bool:
    return all(fits(*case) for case in zip(exercise.tests, given, other, strict=True))


def _slips(exercise: Exercise) -> Iterator[Slip]:
    """An argument that is not used; else an answer that is turned round, or doubled."""
    fields = {field.name: field for field in TOPICS[exercise.lesson].fields}
    for name in sorted(exercise.signature.by_name, key=lambda name: name == "reduction"):
        default = fields[name].default
        yield Slip(
            f"ignores_{name}",
            f"You did not use {name}: your answer is that of {name}={default!r}, whatever is given.",
            f"{name} = {default!r}  # whatever was given",
            _with_fixed(exercise, name, default),
        )
    for name, says, times in (
        ("turned_round", "The sign is the other way round.", -1.0),
        ("twice_as_much", "Your answer is twice as large as it should be.", 2.0),
    ):
        yield Slip(name, says, f"return {times:g} * np.asarray(answer)", _times(exercise, times), at_the_end=True)


def _with_fixed(exercise: Exercise, name: str, value: Any) -> Callable[[Mapping[str, Any]], Parts]:
    return lambda given: torch_parts(exercise, {**given, name: value})


def _times(exercise: Exercise, times: float) -> Callable[[Mapping[str, Any]], Parts]:
    def gives(given: Mapping[str, Any]) -> Parts:
        return tuple(replace(part, value=times * np.asarray(part.value)) for part in torch_parts(exercise, given))

    return gives


def _source(exercise: Exercise, slip: Slip) -> str:
    """The solution with the slip in its function, and the feedback in place of its own words."""
    tree = ast.parse(exercise.solution)
    lines = exercise.solution.split("\n")
    function = next(n for n in reversed(tree.body) if isinstance(n, ast.FunctionDef) and n.name == exercise.function)
    inside = function.body[1:] if ast.get_docstring(function) else function.body
    if slip.at_the_end:
        lines = _with_wrong_returns(lines, function, slip.line)
    else:
        lines.insert(inside[0].lineno - 1, f"    {slip.line}")
    if ast.get_docstring(tree):
        del lines[: tree.body[0].end_lineno]
    return f'"""{slip.says}"""\n' + "\n".join(lines)


def _with_wrong_returns(lines: list[str], function: ast.FunctionDef, line: str) -> list[str]:
    """Every `return x` of the function becomes `answer = x`, and the slip's own line."""
    returns = [node for node in ast.walk(function) if isinstance(node, ast.Return) and node.value]
    for node in sorted(returns, key=lambda node: -node.lineno):
        indent = " " * node.col_offset
        value = ast.unparse(node.value) if node.value else "None"
        lines[node.lineno - 1 : node.end_lineno] = [f"{indent}answer = {value}", f"{indent}{line}"]
    return lines
