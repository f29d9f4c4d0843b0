"""Marks as they leave: for Canvas's gradebook, for Moodle's grading worksheet, or plain. Formulas are neutralised."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import select

from lib.course.gradebook import Gradebook, Head, Student, gradebook
from lib.course.who import Acting, need_role, note
from lib.grading.classroom.tables import harmless_cell
from lib.refusal import Refusal
from lib.store import Store
from lib.store.people import Course, RosterRow
from lib.store.work import AssignedExercise, Assignment, Comment, Submission

Kind = Literal["canvas", "moodle", "plain"]
Cells = list[str]


def export_marks(store: Store, who: Acting, course_id: int, kind: Kind, assignment_ids: Sequence[int] = ()) -> bytes:
    """A CSV file with the marks of these assignments, or of all; it is noted who took it.

    No mark is an empty cell and never a zero: nothing handed in, something that is still to be graded. What is missing
    in an assignment of which other exercises are graded counts as nothing.
    Moodle's worksheet is for one assignment. Raises Refusal.
    """
    if kind not in WRITERS:
        raise Refusal("The kind is {came!r}; expected {words}.", came=kind, words=", ".join(WRITERS))
    with store.writing() as session:
        need_role(session, who, course_id, "instructor")
        note(session, store, who, "marks exported", course=course_id, after={"kind": kind, "of": list(assignment_ids)})
        if session.get_one(Course, course_id).anonymous:
            raise Refusal("Grading is anonymous; switch that off before marks leave with names.")
        rows = {row.id: row for row in session.scalars(select(RosterRow).where(RosterRow.course_id == course_id))}
    book = gradebook(store, who, course_id)
    heads = [head for head in book.heads if head.id in assignment_ids or (not assignment_ids and head.of)]
    if not heads or len(heads) < len(set(assignment_ids)):
        raise Refusal("There is no such assignment in this course.")
    if kind == "moodle" and len(heads) != 1:
        raise Refusal("Moodle's worksheet is for one assignment; {came} are chosen.", came=len(heads))
    said = _feedback(store, who, course_id, heads[0].id) if kind == "moodle" else {}
    return _csv(WRITERS[kind](book, heads, rows, said, store.now()))


Writer = Callable[[Gradebook, Sequence[Head], dict[int, RosterRow], dict[int, str], datetime], list[Cells]]


def _csv(rows: Sequence[Cells]) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file).writerows([[harmless_cell(cell) for cell in row] for row in rows])
    return file.getvalue().encode("utf-8-sig")  # with a byte order mark, or Excel spoils umlauts


def _points(value: float | None) -> str:
    return "" if value is None else f"{round(value, 4):.10g}"


def _platform_number(student: Student, rows: dict[int, RosterRow]) -> RosterRow | None:
    return rows.get(student.row_id) if student.row_id is not None else None


def _canvas(
    book: Gradebook, heads: Sequence[Head], rows: dict[int, RosterRow], said: dict[int, str], now: datetime
) -> list[Cells]:
    """One column per assignment; the ids by which Canvas knows its students come from the roster that it exported."""
    top = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *(head.title for head in heads)]
    points = ["    Points Possible", "", "", "", "", *(_points(head.of) for head in heads)]
    lines = []
    for student in book.students:
        row = _platform_number(student, rows)
        if row is not None and row.platform == "canvas":
            known = [row.name, row.number, row.sis_id, row.login, row.section]
            lines.append([*known, *(_points(student.totals.get(head.id)) for head in heads)])
    return [top, points, *lines]


def _moodle(
    book: Gradebook, heads: Sequence[Head], rows: dict[int, RosterRow], said: dict[int, str], now: datetime
) -> list[Cells]:
    """As in lib.grading.classroom.marks; the participants' numbers come from a worksheet that was read as a roster."""
    top = ["Identifier", "Full name", "Email address", "Grade", "Maximum Grade"]
    top += ["Last modified (grade)", "Feedback comments"]
    head, lines = heads[0], []
    for student in book.students:
        row = _platform_number(student, rows)
        if row is None or row.platform != "moodle":
            continue
        known = [f"Participant {row.number}" if row.number else "", row.name, row.email]
        grade = [_points(student.totals.get(head.id)), _points(head.of), now.strftime("%Y-%m-%d %H:%M UTC")]
        lines.append([*known, *grade, html.escape(said.get(student.person_id or 0, ""), quote=False)])
    return [top, *lines]


def _plain(
    book: Gradebook, heads: Sequence[Head], rows: dict[int, RosterRow], said: dict[int, str], now: datetime
) -> list[Cells]:
    """A column per exercise and one per assignment, for every student."""
    chosen = {head.id for head in heads}
    columns = [column for column in book.columns if column.assignment_id in chosen]
    names = {head.id: head.title for head in heads}
    top = ["student", "email", "number", "section"]
    top += [f"{names[column.assignment_id]}: {column.slug}" for column in columns] + [head.title for head in heads]
    most = ["points possible", "", "", "", *(_points(one.of) for one in columns), *(_points(one.of) for one in heads)]
    lines = []
    for student in book.students:
        marks = [student.marks.get(column.exercise_id) for column in columns]
        points = [_points(mark.points if mark else None) for mark in marks]
        sums = [_points(student.totals.get(head.id)) for head in heads]
        lines.append([student.name, student.email, student.number, student.section, *points, *sums])
    return [top, most, *lines]


WRITERS: dict[str, Writer] = {"canvas": _canvas, "moodle": _moodle, "plain": _plain}


def _feedback(store: Store, who: Acting, course_id: int, assignment_id: int) -> dict[int, str]:
    """What staff wrote on the submissions of each person, by exercise."""
    with store.reading() as session:
        need_role(session, who, course_id, "instructor")
        rows = session.execute(
            select(Submission.person_id, AssignedExercise.title, Comment.text)
            .join(Comment, Comment.submission_id == Submission.id)
            .join(AssignedExercise, AssignedExercise.id == Submission.exercise_id)
            .join(Assignment, Assignment.id == AssignedExercise.assignment_id)
            .where(Assignment.id == assignment_id)
            .order_by(AssignedExercise.place, Submission.id)
        )
        said: dict[int, list[str]] = {}
        for person, title, text in rows:
            said.setdefault(person, []).append(f"{title}: {text}")
        return {person: " | ".join(texts) for person, texts in said.items()}
