"""What a working is about and its rows, as they are shown beside a quiz or a calculation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import streamlit as st

from lib.lesson.run import Case
from lib.lesson.spec import Lesson, Topic
from lib.lesson.working.rows import Row, sample_shape
from lib.tensors.write import format_tensor
from lib.ui.text import say

MOST_SHOWN = 16  # numbers in an input that is shown
CSS = """
<style>
[class*="st-key-practice_row"] [data-testid="stMarkdownContainer"] { overflow-x: auto; overflow-y: hidden; }
[class*="st-key-practice_row"] [data-testid="stMarkdownContainer"] p { margin: 0; }
[class*="st-key-practice_row"] { border-top: 1px solid color-mix(in srgb, currentColor 14%, transparent);
  padding-top: 0.35rem; }
[class*="st-key-practice_row"] > :first-child { flex: 0 0 5.5rem; }
[class*="st-key-practice_row"] > :nth-child(2) { flex: 1 1 14rem; min-width: 0; }
</style>
"""


def about(case: Case, sample: tuple[int, ...]) -> str:
    """The inputs and the settings that are not the usual ones, and which sample is worked, as Markdown."""
    told = [f"`{name} = {text}`" for name, text in _named(case)]
    if np.prod(sample_shape(case.forward.steps), dtype=int) > 1:
        index = ", ".join(map(str, sample))
        words = "sample {index}" if isinstance(case.lesson, Lesson) else "element {index}"
        told.append(say(words, index=index))
    return " · ".join(told)


def _named(case: Case) -> Iterator[tuple[str, str]]:
    usual = {spec.name: spec.default for spec in case.lesson.fields}
    for name, value in _given(case.lesson, case.given):
        text = _text(value)
        if text and not (name in usual and name not in case.typed and _text(usual[name]) == text):
            yield name, text


def _given(lesson: Topic, given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every value by name; what an optimizer or a scheduler remembers, one by one."""
    for name, value in given.items():
        if isinstance(value, Mapping):
            yield from value.items()
        else:
            yield name, value


def _text(value: Any) -> str:
    """The value as it is typed; empty for what cannot be, and for what would be too long to read."""
    if isinstance(value, bool | str):
        return str(value)
    if isinstance(value, tuple | list) and any(not isinstance(one, int | float) for one in value):
        return ""
    if not isinstance(value, int | float | tuple | list | np.ndarray | np.number):
        return ""
    array = np.asarray(value)
    return format_tensor(array, digits=6, whole=True) if array.size <= MOST_SHOWN else ""


def value_text(value: np.ndarray) -> str:
    """A step's value as it can be typed."""
    return format_tensor(np.asarray(value), digits=4, whole=True)


def row_text(row: Row, value: np.ndarray | None, words: bool = True) -> str:
    """One row as Markdown: name, formula, the number (or where it is missing), and below what to do in words."""
    number = "**?**" if value is None else f"= **`{value_text(value)}`**"
    line = f"{say(row.label)} ${row.step.latex}$ {number}"
    return f"{line}  \n:small[{say(row.step.words)}]" if words and row.step.words else line


def style() -> None:
    st.html(CSS)
