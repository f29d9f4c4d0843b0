"""What a working is about and its rows, as they are shown beside a quiz or a calculation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from lib.lesson.run import Case
from lib.lesson.spec import AsIs, Lesson, Parameter, Switch
from lib.lesson.working.rows import Row, sample_shape
from lib.tensors.write import format_tensor
from lib.ui.text import say

MOST_SHOWN = 16  # numbers in an input that is shown
_NUMBER = re.compile(r"(-?[0-9.]+)(?:e([+-]?[0-9]+))?")
CSS = """
<style>
[class*="st-key-practice_quiz"] code, [class*="st-key-practice_calculation"] code { color: inherit; }
[class*="st-key-practice_line"] [data-testid="stMarkdownContainer"] { margin-bottom: 0; }
[class*="st-key-practice_line"] p, [class*="st-key-practice_given"] p { margin: 0; }
[class*="st-key-practice_line"] { border-top: 1px solid color-mix(in srgb, currentColor 14%, transparent);
  padding-top: 0.35rem; flex-wrap: nowrap; align-items: flex-start; }
[class*="st-key-practice_line"] > :first-child { flex: 0 0 5.5rem; }
[class*="st-key-practice_line"] > :nth-child(2) { flex: 1 1 0; min-width: 0; }
@media (max-width: 640px) {
  [class*="st-key-practice_line"] { flex-direction: column; gap: 0.25rem; }
  [class*="st-key-practice_line"] > :first-child { flex: none; }
  [class*="st-key-practice_line"] > :nth-child(2) { flex: none; width: 100% !important; }
}
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
    quiet = {spec.name: spec.default for spec in case.lesson.parameters if _may_be_left_out(spec)}
    for name, value in _given(case.given):
        text = _text(value)
        if text and not (name in quiet and _text(quiet[name]) == text):
            yield name, text


def _may_be_left_out(spec: Parameter) -> bool:
    """Whether nobody needs to see its usual value. Of common numbers, such as a beta, and of a schedule one does."""
    return spec.rare or isinstance(spec, Switch | AsIs) or spec.name == "reduction"


def _given(given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every value by name; what an optimizer or a scheduler remembers, and a sparse gradient's parts, one by one."""
    for name, value in given.items():
        if isinstance(value, Mapping):
            yield from value.items()
        elif name == "grad" and isinstance(value, tuple):
            yield from zip(("rows with a gradient", "grad"), value, strict=True)
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
    return format_tensor(array, digits=6, whole=True) if 0 < array.size <= MOST_SHOWN else ""


def value_text(value: np.ndarray) -> str:
    """A step's value as it can be typed."""
    return format_tensor(np.asarray(value), digits=4, whole=True)


def row_text(row: Row, value: np.ndarray | None, words: bool = True) -> str:
    """One row as Markdown: name, formula, the number (or where it is missing), and below what to do in words."""
    number = r"\,?" if value is None else in_formula(value)
    line = f"{say(row.label)} &nbsp; ${row.step.latex} = {number}$"
    return f"{line}  \n:small[{say(row.step.words)}]" if words and row.step.words else line


def in_formula(value: np.ndarray) -> str:
    """A step's value in LaTeX, to stand behind its formula."""
    return _NUMBER.sub(_bold, value_text(value)).replace(", ", r",\allowbreak\; ")


def _bold(found: re.Match[str]) -> str:
    power = rf" \cdot 10^{{{int(found[2])}}}" if found[2] else ""
    return rf"\boldsymbol{{{found[1]}{power}}}"
