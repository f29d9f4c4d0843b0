"""Tables as spreadsheets write and read them: nothing in a cell is a formula, and what comes back may be changed by
Excel."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

from lib.grading.classroom.decoding import text_of

# A cell begins at its first sign and, where a spreadsheet parts cells at semicolons, after each of those; spaces and
# quotes before a formula do not keep it from being one. Excel in Japanese and Chinese takes the wide signs for the
# narrow ones.
_FORMULA = re.compile(r"""((?:^|[;；])[\s"']*)(?=[=+\-@＝＋－＠])""")
_PARTS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")  # control characters: tabs and ends of lines part cells too
_TURNS = re.compile(r"[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")  # direction of reading, no width


def write_table(path: Path, rows: Sequence[Sequence[str]]) -> None:
    """A table in which nothing that students wrote is a formula."""
    write_rows(path, [[harmless_cell(cell) for cell in row] for row in rows])


def write_rows(path: Path, rows: Sequence[Sequence[str]], delimiter: str = ",") -> None:
    """The cells as they are, with a byte order mark, or Excel spoils umlauts."""
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)


def harmless_cell(cell: str) -> str:
    """A cell with nothing in it that a spreadsheet would take for a formula, or for another cell: names come from
    students."""
    plain = _TURNS.sub("", _PARTS.sub(" ", cell.encode("utf-8", "replace").decode()))
    return _FORMULA.sub(r"\1'", plain)


def read_table(path: Path) -> tuple[list[list[str]], str]:
    """The rows of a table and what parts its cells: a comma, a semicolon or a tab. Raises OSError, and ValueError for
    what is no table."""
    text = text_of(path.read_bytes(), lambda text: True).text
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise ValueError(f"it is no table: {error}") from error
    return [row for row in rows if any(cell.strip() for cell in row)], delimiter
