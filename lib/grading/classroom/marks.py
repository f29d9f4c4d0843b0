"""Marks as the learning platforms read them: plain, Moodle's grading worksheet, Canvas's gradebook."""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lib.exercises import Exercise
from lib.grading.classroom.handed_in import Student
from lib.grading.classroom.mark import Mark, all_alike, likely_mistake

# A cell begins at its first sign and, where a spreadsheet parts cells at semicolons, after each of those; spaces and
# quotes before a formula do not keep it from being one. Excel in Japanese and Chinese takes the wide signs for the
# narrow ones.
_FORMULA = re.compile(r"""((?:^|[;；])[\s"']*)(?=[=+\-@＝＋－＠])""")
_PARTS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")  # control characters: tabs and ends of lines part cells too
_TURNS = re.compile(r"[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")  # direction of reading, no width

Own = tuple[Student, "list[Mark]"]


def write_marks(path: Path, exercises: Sequence[Exercise], students: Sequence[Own]) -> None:
    """One row per student: a column per exercise, the sum, the most that could be earned, and what to know."""
    heads = ["student", "id", *(exercise.slug for exercise in exercises), "score", "max_score", "note"]
    rows = [
        [student.name, student.id, *(_score(mark) for mark in own), _total(own), _most(own), _note(own)]
        for student, own in students
    ]
    _write(path, [heads, *rows])


def write_moodle(path: Path, students: Sequence[Own]) -> None:
    """With the columns of Moodle's offline grading worksheet; the grade of a student without a mark stays empty.

    Moodle refuses a worksheet that has no time for the grades, and leaves grades alone that were given in Moodle after
    that time. It reads the comments as HTML.
    """
    heads = ["Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)", "Feedback comments"]
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    rows = [
        [f"Participant {student.id}", student.name, _total(own), _most(own), now, html.escape(_note(own), quote=False)]
        for student, own in students
        if student.platform == "moodle"
    ]
    _write(path, [heads, *rows])


def write_canvas(path: Path, exercises: Sequence[Exercise], students: Sequence[Own]) -> None:
    """As Canvas imports a gradebook: an assignment per exercise, its points in the second row."""
    heads = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *(exercise.title for exercise in exercises)]
    points = ["    Points Possible", "", "", "", "", *(f"{exercise.max_score:g}" for exercise in exercises)]
    rows = [
        [student.name, student.id, "", "", "", *(_score(mark) for mark in own)]
        for student, own in students
        if student.platform == "canvas"
    ]
    _write(path, [heads, points, *rows])


def _score(mark: Mark) -> str:
    return "" if mark.score is None else f"{mark.score:g}"


def _total(own: Sequence[Mark]) -> str:
    """The sum; empty if an exercise could not be graded: no mark is not a zero."""
    scores = [mark.score for mark in own]
    return "" if None in scores else f"{sum(score for score in scores if score is not None):g}"


def _most(own: Sequence[Mark]) -> str:
    return f"{sum(mark.exercise.max_score for mark in own):g}"


def _note(own: Sequence[Mark]) -> str:
    """Why there is no mark, what is wrong with the file, or the likely mistake; once where all exercises share it."""
    said = {mark.exercise.slug: _said(mark) for mark in own}
    if len(set(said.values())) == 1:
        return next(iter(said.values()))
    return " | ".join(f"{slug}: {says}" for slug, says in said.items() if says)


def _said(mark: Mark) -> str:
    if mark.grade is None:
        return f"not graded: {mark.why}"
    return mark.grade["problem"] or likely_mistake(mark.grade) or _of_all_tests(mark.grade)


def _of_all_tests(grade: Mapping[str, Any]) -> str:
    """What is said of the first visible test, where every test ended like it."""
    messages = [test["message"] for test in grade["tests"] if test["message"]]
    return messages[0] if all_alike(grade) and messages else all_alike(grade)


def _write(path: Path, rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8-sig") as file:  # with a byte order mark, or Excel spoils umlauts
        csv.writer(file).writerows([[_harmless(cell) for cell in row] for row in rows])


def _harmless(cell: str) -> str:
    """A cell with nothing in it that a spreadsheet would take for a formula, or for another cell: names come from
    students."""
    plain = _TURNS.sub("", _PARTS.sub(" ", cell.encode("utf-8", "replace").decode()))
    return _FORMULA.sub(r"\1'", plain)
