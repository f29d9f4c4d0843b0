"""Moodle's grading worksheet, filled in: the file that Moodle gave out, with marks and comments in their columns.

Moodle takes a worksheet only with the column heads of the language that its user has, and counts letters of its word
for a participant. So the surest file to hand back is its own. Columns are known by their heads, else by where Moodle
puts them, else by what is said with --columns.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lib.grading.classroom.mark import Mark
from lib.grading.classroom.marks import comment
from lib.grading.classroom.people import Student
from lib.grading.classroom.points import AS_THEY_ARE, Points
from lib.grading.classroom.tables import harmless_cell, read_table, write_rows

PARTS = ("identifier", "grade", "time", "comments")

# Moodle's heads, as its language packs have them; matched without regard to case.
_HEADS = {
    "identifier": (
        *("identifier", "id", "identifiant", "identificador", "identificativo", "identificatore", "identificatie"),
        *("identyfikator", "идентификатор", "编号", "标识符", "識別字", "識別子", "tunnus", "tanımlayıcı"),
    ),
    "grade": (
        *(
            "grade",
            "bewertung",
            "note",
            "calificación",
            "calificació",
            "valutazione",
            "nota",
            "avaliação",
            "beoordeling",
        ),
        *("cijfer", "ocena", "оценка", "成绩", "成績", "評定", "arviointi", "betyg", "karakter", "not"),
    ),
    "time": (
        *("last modified (grade)", "zuletzt geändert (bewertung)", "dernière modification (note)"),
        *("última modificación (calificación)", "ultima modifica (valutazione)", "última modificação (nota)"),
        *("última modificação (avaliação)", "laatst gewijzigd (beoordeling)", "laatst gewijzigd (cijfer)"),
        *("ostatnia modyfikacja (ocena)", "ostatnio modyfikowane (ocena)", "последнее изменение (оценка)"),
        *("最后修改时间(成绩)", "最后修改(成绩)", "最后修改 (成绩)", "最終更新日時 (評定)"),
    ),
    "comments": (
        *("feedback comments", "feedback als kommentar", "feedback par commentaires", "commentaires de feedback"),
        *("comentarios de retroalimentación", "retroalimentación como comentarios", "commenti feedback"),
        *("commenti di feedback", "comentários de feedback", "comentários ao trabalho", "feedback-opmerkingen"),
        *("feedback als commentaar", "komentarze zwrotne", "komentarze do oceny", "отзыв в виде комментария"),
        *("反馈评语", "反馈意见", "フィードバックコメント"),
    ),
}


class BadWorksheet(ValueError):
    """Says why a worksheet cannot be filled in."""


@dataclass(frozen=True)
class Worksheet:
    """The rows as they came, where the columns are (counted from 0), and how the file is written."""

    rows: tuple[tuple[str, ...], ...]
    columns: Mapping[str, int]
    delimiter: str
    comma: bool  # whether numbers have a decimal comma


def read_worksheet(path: Path, told: Mapping[str, str]) -> Worksheet:
    """The worksheet. `told` names columns by their head, or by their number from 1. Raises BadWorksheet."""
    try:
        rows, delimiter = read_table(path)
    except ValueError as error:
        raise BadWorksheet(f"{path}: {error}.") from error
    if len(rows) < 2:
        raise BadWorksheet(f"{path} has no rows; expected Moodle's grading worksheet, as it was downloaded.")
    columns = {part: _column(path, rows, part, told.get(part, "")) for part in PARTS}
    numbers = [cell for row in rows[1:] for cell in row if re.fullmatch(r"\d+[.,]\d+", cell)]
    comma = sum("," in number for number in numbers) * 2 > len(numbers)
    return Worksheet(tuple(map(tuple, rows)), _told_only(columns), delimiter, comma)


def _told_only(columns: Mapping[str, int | None]) -> dict[str, int]:
    return {part: place for part, place in columns.items() if place is not None}


def _column(path: Path, rows: Sequence[Sequence[str]], part: str, told: str) -> int | None:
    """Where a column is; None if comments or a time are nowhere, which Moodle lets go."""
    heads = [head.strip().casefold() for head in rows[0]]
    if told:
        if told.isdecimal() and 0 < int(told) <= len(heads):
            return int(told) - 1
        if told.strip().casefold() in heads:
            return heads.index(told.strip().casefold())
        raise BadWorksheet(f"{path} has no column {told} for --columns {part}; it has {', '.join(rows[0])}.")
    named = [place for place, head in enumerate(heads) if head in _HEADS[part]]
    if len(named) == 1:
        return named[0]
    place = _by_place(rows, part)
    if place is None and part in ("identifier", "grade"):
        number = "a number such as 1" if part == "identifier" else "a number such as 6"
        raise BadWorksheet(
            f"{path}: no column is known for the {part}; its heads are {', '.join(rows[0])}. "
            f"Say which one it is: --columns {part}=HEAD, or {number} in place of the head."
        )
    return place


def _by_place(rows: Sequence[Sequence[str]], part: str) -> int | None:
    """Moodle begins with the identifier, has the highest grade right after the grade, and ends with the comments,
    before which the time of the grade stands."""
    wide = len(rows[0])
    body = [row for row in rows[1:] if len(row) == wide]
    if part == "identifier":
        ids = [_number(row[0]) for row in body]
        return 0 if body and all(ids) and len(set(ids)) == len(ids) else None
    highest = [
        at for at in range(1, wide) if (same := {row[at] for row in body}) and len(same) == 1 and _is_most(*same)
    ]
    if part == "grade":
        return highest[0] - 1 if len(highest) == 1 else None
    if not highest:
        return None
    return wide - 1 if part == "comments" else wide - 2


def _is_most(cell: str) -> bool:
    return bool(re.fullmatch(r"\d+([.,]\d+)?", cell)) and float(cell.replace(",", ".")) > 0


def _number(cell: str) -> str:
    """The number at the end of "Participant 77", whatever the word before it is."""
    found = re.search(r"(\d+)\s*$", cell)
    return found[1].lstrip("0") if found else ""


def write_worksheet(
    path: Path, sheet: Worksheet, marks: Sequence[Mark], points: Points = AS_THEY_ARE
) -> Iterator[tuple[Student, str]]:
    """Writes it with the marks filled in; rows without a mark stay as they came. Gives the students that it has no row
    for, and why that matters."""
    own: dict[Student, list[Mark]] = {}
    for mark in marks:
        own.setdefault(mark.student, []).append(mark)
    numbered = {student.id.lstrip("0"): student for student in own if student.id}
    rows, seen = [list(sheet.rows[0])], set()
    for row in sheet.rows[1:]:
        student = numbered.get(_number(row[sheet.columns["identifier"]])) if len(row) == len(sheet.rows[0]) else None
        seen.add(student)
        rows.append(_filled_in(sheet, row, own[student], points) if student else list(row))
    write_rows(path, rows, sheet.delimiter)
    return ((student, "the worksheet has no row with this number") for student in own if student not in seen)


def _filled_in(sheet: Worksheet, row: Sequence[str], own: Sequence[Mark], points: Points) -> list[str]:
    filled = list(row)
    if not (grade := points.total(own)):
        return filled
    values = {
        "grade": grade.replace(".", ",") if sheet.comma else grade,
        "time": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "comments": harmless_cell(html.escape(comment(own, points), quote=False)),
    }
    for part, value in values.items():
        if part in sheet.columns:
            filled[sheet.columns[part]] = value
    return filled
