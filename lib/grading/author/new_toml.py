"""The exercise.toml of a new exercise."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from lib.exercises.spec import Answer

HINTS = ["Say what to do first.", "Then a little more."]


def exercise_toml(
    name: str, tests: Sequence[Mapping[str, Any]], *, lesson: str = "", answer: Answer = "value", path: str = "losses"
) -> str:
    """The file's text. A test may have a name, points, hidden, seed, args, and `random`: shapes to draw, by name."""
    lines = [
        f"title = {_quoted(name.replace('_', ' ').capitalize())}",
        f"path = {_quoted(path)}",
        "order = 100",
        "level = 2",
        f"function = {_quoted(name)}",
        f"answer = {_quoted(answer)}",
        *([f"lesson = {_quoted(lesson)}"] if lesson else []),
        "tags = []",
        f"hints = {_value(HINTS)}",
        *(line for test in tests for line in _test_lines(test)),
    ]
    return "\n".join(lines) + "\n"


def _test_lines(test: Mapping[str, Any]) -> Iterator[str]:
    drawn = test.get("random", {})
    yield from ("", "[[tests]]", f"name = {_quoted(test['name'])}")
    yield from (f"{key} = {_value(test[key])}" for key in ("points", "hidden", "seed") if key in test)
    yield "[tests.args]"
    yield from (f"{key} = {_value(value)}" for key, value in test.get("args", {}).items() if key not in drawn)
    sort = test.get("sort", "normal")
    yield from (f'{key} = {{ random = "{sort}", shape = {list(shape)} }}' for key, shape in drawn.items())


def _value(value: Any) -> str:
    """A value as TOML has it."""
    if value is None:
        return "{ none = true }"
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, np.ndarray):
        return _value(value.tolist())
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    return repr(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
