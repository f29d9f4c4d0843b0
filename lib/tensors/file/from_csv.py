"""Tensors from `.csv` files, as a spreadsheet saves them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lib.tensors.file.limits import MOST_NUMBERS, TensorFileError
from lib.tensors.number import TensorTextError, ascii_signs, shown, value_of

MOST_LINES = 2 * MOST_NUMBERS  # some may be blank
MOST_LOOKED_AT = 100_000  # characters in which the first row shows what separates its cells
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")
_FIRST_LINE = re.compile(r"\S")
_INT64 = np.iinfo(np.int64)
_NUMBER_LIKE = re.compile(r"[+-]?\.?[0-9]|[+-]?(?:inf|infinity|nan)$|true$|false$", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class _Table:
    """The cells below the column names, row after row, and the line of the file on which each row ends."""

    cells: list[str]
    lines: list[int]
    columns: int


def read(data: bytes) -> np.ndarray:
    """The numbers in the file; one row or one column is a vector. A first row of names is passed over."""
    try:
        text = ascii_signs(data.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        raise TensorFileError(
            "byte {place} is not UTF-8; expected a file saved as CSV UTF-8", place=fault.start
        ) from None
    _refuse_many(text)
    table = _table(text)
    if not table.cells:
        raise TensorFileError("the file holds no numbers; expected rows such as 1, 2")
    array = _cell_values(table)
    vector = len(table.lines) == 1 or table.columns == 1
    return array if vector else array.reshape(len(table.lines), table.columns)


def _table(text: str) -> _Table:
    cells: list[str] = []
    lines: list[int] = []
    columns, first = 0, 0
    for line, row in _rows(text):
        if not first:
            columns, first = len(row), line
            if _are_names(row):
                continue
        if len(row) != columns:
            says = "row {row} has {count} numbers; expected {columns}, as in row {first} (counted from 1)"
            if len(row) == 1:
                says = "row {row} has 1 number; expected {columns}, as in row {first} (counted from 1)"
            raise TensorFileError(says, row=line, count=len(row), columns=columns, first=first)
        cells += row
        lines.append(line)
        if len(cells) > MOST_NUMBERS:
            says = "{count:,} numbers or more; expected at most {most:,}"
            raise TensorFileError(says, count=len(cells), most=MOST_NUMBERS)
    return _Table(cells, lines, columns)


def _refuse_many(text: str) -> None:
    """Counts before anything is split: a file of nothing but commas would take a cell for each."""
    lines = max(text.count("\n"), text.count("\r"))
    for most, count in ((MOST_NUMBERS, text.count(_separator(text))), (MOST_LINES, lines)):
        if count > most:
            says = "{count:,} cells or more; expected at most {most:,} numbers"
            raise TensorFileError(says, count=count, most=MOST_NUMBERS)


def _separator(text: str) -> str:
    """What separates the cells of the first row that is not blank."""
    first = _FIRST_LINE.search(text)
    start = text[first.start() : first.start() + MOST_LOOKED_AT].split("\n", 1)[0] if first else ""
    return next((sign for sign in "\t;," if sign in start), ",")


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with its line, split at what separates the first of them."""
    reader = csv.reader(_lines(text), delimiter=_separator(text))
    try:
        for row in reader:
            if any(map(str.strip, row)) or len(row) > 1:
                yield reader.line_num, [cell.strip() for cell in row]
    except csv.Error as fault:
        raise TensorFileError("row {row} is not CSV: {fault}", row=reader.line_num, fault=fault) from None


def _lines(text: str) -> Iterator[str]:
    """Line after line, so that the text is not held a second time."""
    return (line.group() for line in _LINE.finditer(text))


def _are_names(row: list[str]) -> bool:
    """Whether a first row names the columns: nothing in it is a number, or begins like one."""
    return any(row) and not any(_NUMBER_LIKE.match(cell) for cell in row)


def _cell_values(table: _Table) -> np.ndarray:
    """The cells as a vector of booleans, integers or floats."""
    values: list[float] = []
    try:
        for cell in table.cells:
            values.append(value_of(cell)[0])
    except TensorTextError as fault:
        raise _standing(_expected(table.cells[len(values)], fault), table, len(values)) from None
    types = set(map(type, values))
    if bool in types and len(types) > 1:
        odd = next(i for i, value in enumerate(values) if isinstance(value, bool) != isinstance(values[0], bool))
        raise _standing(TensorTextError("expected only booleans, or only numbers"), table, odd)
    if types != {int}:
        return np.array(list(map(float, values)) if float in types else values)
    for i, value in enumerate(values):
        if not _INT64.min <= value <= _INT64.max:
            raise _standing(TensorTextError("expected whole numbers between -2^63 and 2^63 - 1"), table, i)
    return np.array(values, dtype=np.int64)


def _standing(why: TensorTextError, table: _Table, number: int) -> TensorFileError:
    """The reason, with the cell before it, and where in the file it stands."""
    row, column = divmod(number, table.columns)
    at = {"row": table.lines[row], "column": column + 1}
    if table.cells[number]:
        text = "{cell} stands in row {row}, column {column} (counted from 1); "
        found = why.after(text, cell=shown(table.cells[number]), **at)
    else:
        found = why.after("nothing stands in row {row}, column {column} (counted from 1); ", **at)
    return TensorFileError(found.text, **found.values)


def _expected(cell: str, fault: TensorTextError) -> TensorTextError:
    """What was expected in place of a cell that is no number."""
    if "," in cell:
        return TensorTextError("expected a number with a decimal point, not a comma")
    return TensorTextError("expected commas between numbers") if " " in cell else fault
