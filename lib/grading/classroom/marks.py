"""Marks as the learning platforms read them: plain, Moodle's grading worksheet, Canvas's gradebook."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lib.exercises import Exercise
from lib.grading.classroom.mark import Mark, all_alike, likely_mistake
from lib.grading.classroom.people import Student
from lib.grading.classroom.points import AS_THEY_ARE, Points
from lib.grading.classroom.tables import write_table

Own = tuple[Student, "list[Mark]"]


def write_marks(
    path: Path, exercises: Sequence[Exercise], students: Sequence[Own], points: Points = AS_THEY_ARE
) -> None:
    """One row per student: a column per exercise with its tests' points, the sum, the most that it could be, and what
    to know."""
    heads = [
        "student",
        "id",
        *(exercise.slug for exercise in exercises),
        "score",
        "max_score",
        "note",
        "late",
        "handed in",
    ]
    rows = [
        [
            *(student.name, student.id, *map(_score, own)),
            *(points.total(own), _most(own, points), note(own), *_when(own)),
        ]
        for student, own in students
    ]
    write_table(path, [heads, *rows])


def write_moodle(path: Path, students: Sequence[Own], points: Points = AS_THEY_ARE) -> None:
    """With the columns of Moodle's offline grading worksheet, for those who have all their marks.

    Who has none is left out: an empty grade would change nothing, but the comment would replace one that is there.
    Moodle refuses a worksheet that has no time for the grades, and leaves grades alone that were given in Moodle after
    that time. It reads the comments as HTML.
    """
    heads = ["Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)", "Feedback comments"]
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    rows = [
        [
            *(f"Participant {student.id}", student.name, points.total(own), _most(own, points)),
            *(now, html.escape(comment(own, points), quote=False)),
        ]
        for student, own in students
        if student.platform == "moodle" and points.total(own)
    ]
    write_table(path, [heads, *rows])


def write_canvas(
    out: Path,
    exercises: Sequence[Exercise],
    students: Sequence[Own],
    points: Points = AS_THEY_ARE,
    title: str = "Homework",
) -> None:
    """As Canvas imports a gradebook: an assignment per exercise, its points in the second row; a single one, with this
    title, where the sum is weighted or on a scale.

    An empty cell would erase the mark that is there. So who has no mark for an exercise stands in a file without it:
    canvas.csv has those with all their marks, canvas-2.csv and so on the others.
    """
    for path in out.glob("canvas-*.csv"):
        path.unlink()
    if not points.plain:
        rows = [(s, [points.total(own)]) for s, own in students if s.platform == "canvas" and points.total(own)]
        _write_canvas(out / "canvas.csv", {title: points.most(exercises)}, rows)
        return
    marked = {student: tuple(m.exercise for m in own if m.score is not None) for student, own in students}
    parts = dict.fromkeys([tuple(exercises), *(some for some in marked.values() if some)])
    for place, part in enumerate(parts, 1):
        those = [(s, own) for s, own in students if marked[s] == part and s.platform == "canvas"]
        if those or place == 1:
            _write_part(out / ("canvas.csv" if place == 1 else f"canvas-{place}.csv"), part, those)


def _write_part(path: Path, exercises: Sequence[Exercise], students: Sequence[Own]) -> None:
    most = {exercise.title: f"{exercise.max_score:g}" for exercise in exercises}
    rows = [(student, [_score(mark) for mark in own if mark.exercise in exercises]) for student, own in students]
    _write_canvas(path, most, rows)


def _write_canvas(path: Path, most: Mapping[str, str], students: Sequence[tuple[Student, list[str]]]) -> None:
    """The assignments by title, with what each is worth, and each student's marks in them."""
    heads = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *most]
    rows = [[student.name, student.id, "", "", "", *scores] for student, scores in students]
    write_table(path, [heads, ["    Points Possible", "", "", "", "", *most.values()], *rows])


def _score(mark: Mark) -> str:
    return "" if mark.score is None else f"{mark.score:g}"


def _when(own: Sequence[Mark]) -> list[str]:
    """Whether any file that counts was late, and when the last one was handed in."""
    late = any(mark.attempt.late for mark in own)
    return ["late" if late else "", max((mark.attempt.time for mark in own), default="")]


def _most(own: Sequence[Mark], points: Points) -> str:
    return points.most([mark.exercise for mark in own])


def comment(own: Sequence[Mark], points: Points) -> str:
    """What Moodle shows beside the grade. Never empty: an empty comment would erase the one that is there."""
    return f"{points.total(own)} of {_most(own, points)} points. {note(own)}".strip()


def note(own: Sequence[Mark]) -> str:
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
