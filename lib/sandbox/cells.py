"""Where a notebook's cells begin in its program: one text, in which a comment stands before each cell.

So a program is text and nothing else, whoever hands it on, and a line of it can be told as the student sees it: by the
cell's number among the code cells, counted from 1, and the line within that cell.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

_MARK = re.compile(r"# %% cell (\d{1,6})")


@dataclass(frozen=True)
class Cell:
    """A code cell: its number among the code cells, the line of its mark in the program, and its lines."""

    number: int
    mark: int
    lines: tuple[str, ...]


def mark_of(number: int) -> str:
    """The line that stands before a cell."""
    return f"# %% cell {number}"


def lines_of(text: str) -> list[str]:
    """The lines as Python counts them: only an end of line parts them, no form feed or other odd sign."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def cells_of(text: str) -> list[Cell]:
    """The cells of a notebook's program; none for the text of a .py file."""
    if "# %% cell " not in text:
        return []
    lines = lines_of(text)
    marks = [(place, int(found[1])) for place, line in enumerate(lines) if (found := _MARK.fullmatch(line))]
    ends = [place for place, _ in marks[1:]] + [len(lines)]
    return [
        Cell(number, place + 1, tuple(lines[place + 1 : end])) for (place, number), end in zip(marks, ends, strict=True)
    ]


def place_in(cells: Sequence[Cell], line: int) -> tuple[int, int]:
    """The number of the cell that holds a line of the program, and the line within it; 0 and the line in a .py file."""
    at = bisect_right(cells, line, key=lambda cell: cell.mark) - 1
    return (cells[at].number, line - cells[at].mark) if at >= 0 else (0, line)


def place_said(cell: int, line: int) -> str:
    """In a sentence: "cell 3, line 2" or "line 7"."""
    return f"cell {cell}, line {line}" if cell else f"line {line}"
