"""What keeps an answer from working at all: the cause that all its tests share, and where in the file it is."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lib.grading.classroom.mark import Mark, all_alike

# How all tests can end alike because of the file, and what that means to its author.
ENDED = {
    "raised": "Every test ends with the same error.",
    "out of time": "No test comes to an end. Is there a loop that never ends?",
    "out of memory": "Every test asks for more memory than there is.",
    "too deep": "The function calls itself over and over without end, in every test.",
    "too much output": "Every test prints without end.",
    "exited": "The function ends the program itself (exit, quit or sys.exit) instead of returning a result.",
    "crashed": "Python itself crashes in every test.",
    "bad result": "What comes back is no array and no number, in every test.",
    "wrong form": "What comes back has another form than is asked for, in every test.",
    "wrong kind": "What comes back is no array of numbers, in every test.",
    "wrong arguments": "The function takes other arguments than those that are asked for.",
}
SAYS_IT_ALL = ("out of time", "out of memory", "too deep", "too much output", "exited", "crashed")
MOST_OF_A_MESSAGE = 160  # characters, where errors are counted


@dataclass(frozen=True)
class Error:
    """An error as whole classes make it: its type, the function where it is raised, and the message without numbers."""

    type: str
    function: str
    message: str


def whole_file(mark: Mark) -> str:
    """In one sentence what is wrong with the file as a whole; empty where some tests end otherwise than others.

    Wrong values in every test are no such thing: they are worth a look each. A known mistake says more than this does.
    """
    if mark.grade is None or mark.grade["mistakes"]:
        return ""
    if mark.grade["problem"]:
        return mark.grade["problem"]
    how = all_alike(mark.grade)
    if how not in ENDED:
        return ""
    messages = {test["message"] for test in mark.grade["tests"] if test["message"]}
    return f"{ENDED[how]} {messages.pop()}" if len(messages) == 1 and how not in SAYS_IT_ALL else ENDED[how]


def is_one_cause(mark: Mark) -> bool:
    """Whether one sentence says all there is to say: the tests differ in nothing that its author could learn from."""
    if mark.grade is None:
        return False
    told = {test["message"] for test in mark.grade["tests"] if not test["hidden"]}
    return bool(mark.grade["problem"]) or (all_alike(mark.grade) in ENDED and len(told) == 1)


def zero_because_of_the_file(mark: Mark) -> bool:
    return mark.grade is not None and not mark.absent and not mark.grade["score"] and bool(whole_file(mark))


def faults_of(grade: Mapping[str, Any], outcome: str = "") -> Iterator[Mapping[str, Any]]:
    """The errors that visible tests met; of those only that ended so, if an outcome is named."""
    yield from (t["fault"] for t in grade["tests"] if t.get("fault") and outcome in ("", t["outcome"]))


def errors_of(mark: Mark) -> dict[Error, str]:
    """The errors that an answer raises, each with the line of code where it does so first."""
    found: dict[Error, str] = {}
    for fault in faults_of(mark.grade or {"tests": ()}, "raised"):
        if fault["type"]:
            where = function_at(mark.text, fault["line"]) if fault["line"] else mark.exercise.function
            message = re.sub(r"\d+", "…", fault["message"])[:MOST_OF_A_MESSAGE]
            found.setdefault(Error(fault["type"], where, message), fault["code"].strip())
    return found


def function_at(text: str, line: int) -> str:
    """The innermost function that holds a line; empty at the top of the file, or where Python cannot read it."""
    holding = [(last - first, name) for first, last, name in _functions(text) if first <= line <= last]
    return min(holding, default=(0, ""))[1]


@lru_cache(maxsize=64)
def _functions(text: str) -> tuple[tuple[int, int, str], ...]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return tuple((node.lineno, node.end_lineno or node.lineno, node.name) for node in found)
