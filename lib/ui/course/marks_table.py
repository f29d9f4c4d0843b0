"""The gradebook as a table: a line per student, a column per exercise, and what a cell says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from lib.ui.text import say

if TYPE_CHECKING:
    from lib.course.gradebook import Column, Gradebook, Head, Student
    from lib.course.marks import ExerciseMark

FIGURE_SPACE, NOTHING_WIDE = "\u2007", "\u2060"  # as wide as a digit; of no width
Chosen = tuple[str, int]  # "exercise" or "assignment", and its number
Filter = Callable[["Student", frozenset[int]], bool]  # the student, and the exercises that are shown


def _some(test: Callable[[ExerciseMark], bool]) -> Filter:
    return lambda student, shown: any(test(mark) for one, mark in student.marks.items() if one in shown)


FILTERS: dict[str, tuple[str, Filter]] = {
    "all": ("everyone", lambda student, shown: True),
    "file": ("zero because of the file", _some(lambda mark: mark.zero_by_file)),
    "missing": ("something missing", lambda student, shown: bool(student.missing & shown)),
    "late": ("something late", _some(lambda mark: mark.late > 0)),
    "open": ("something not graded yet", _some(lambda mark: mark.open)),
    "hand": ("points by hand", _some(lambda mark: mark.override is not None)),
    "asks": ("another look asked for", lambda student, shown: bool(student.asks & shown)),
}


def matching(
    book: Gradebook, shown: frozenset[int], which: str = "all", section: str = "", find: str = ""
) -> list[Student]:
    """The students of one of the FILTERS, as it looks in these exercises, of a section (empty: all), whose name, e-mail
    or number holds a text. Those with a zero because of the file stay first."""
    wanted, test = find.strip().casefold(), FILTERS[which][1]
    return [
        one
        for one in book.students
        if test(one, shown)
        and (not section or one.section == section)
        and wanted in f"{one.name}\n{one.email}\n{one.number}".casefold()
    ]


def cell(mark: ExerciseMark | None, missing: bool, asks: bool, width: int) -> str:
    """Points with two decimals, set so that they stand and sort under each other, and what is to be known of them."""
    if mark is None:
        return say("missing") if missing else ""
    points = "" if mark.points is None else f"{mark.points:.2f}".rjust(width, FIGURE_SPACE)
    says = [
        say("file") if mark.zero_by_file else "",
        say("late") if mark.late and mark.override is None else "",
        say("by hand") if mark.override is not None else "",
        say("waits") if mark.open else "",
        say("asks") if asks else "",
    ]
    return " ".join(filter(None, [points, ", ".join(filter(None, says))]))


LEGEND = (
    "**file**: zero because of the file as a whole · **late**: after the due date · **by hand**: points that somebody "
    "gave · **waits**: to be graded still, which leaves the total open · **asks**: another look is asked for"
)


def marks_table(
    students: Sequence[Student], heads: Sequence[Head], columns: Sequence[Column]
) -> tuple[pd.DataFrame, dict[str, Chosen]]:
    """The table, its students as the index, and what each column stands for.

    A cell that is chosen is told by the lowest name of its column alone. So a name that two columns have gets signs of
    no width. Cells that read alike are sent to the browser once. An assignment without exercises has no marks.
    """
    data: dict[tuple[str, str], pd.Categorical] = {}
    chosen: dict[str, Chosen] = {}
    titles: set[str] = set()
    for head in with_exercises(heads, columns):
        title = _once(head.title, titles)
        name = _once(say("Total of {of:g}", of=head.of), chosen)
        chosen[name] = ("assignment", head.id)
        data[title, name] = pd.Categorical([total(student, head) for student in students])
        for column in (one for one in columns if one.assignment_id == head.id):
            name = _once(say("{title} ({of:g})", title=column.title, of=round(column.of, 2)), chosen)
            chosen[name] = ("exercise", column.exercise_id)
            data[title, name] = pd.Categorical(_cells(students, column))
    index = pd.Index([student.name or student.email for student in students], name=say("Student"))
    frame = pd.DataFrame(data, index=index)
    frame.columns = pd.MultiIndex.from_tuples(list(data))
    return frame, chosen


def with_exercises(heads: Sequence[Head], columns: Sequence[Column]) -> list[Head]:
    """The assignments that have exercises: the others hold lessons alone, which give no points."""
    asked = {column.assignment_id for column in columns}
    return [head for head in heads if head.id in asked]


def total(student: Student, head: Head) -> str:
    """The sum with two decimals, set as the points are; that it waits while something is to be graded still."""
    if head.id not in student.totals:
        return ""
    points = student.totals[head.id]
    return say("waits") if points is None else f"{points:.2f}".rjust(len(f"{head.of:.2f}"), FIGURE_SPACE)


def _cells(students: Sequence[Student], column: Column) -> list[str]:
    number, width = column.exercise_id, len(f"{column.of:.2f}")
    return [
        cell(student.marks.get(number), number in student.missing, number in student.asks, width)
        for student in students
    ]


def _once(name: str, names: dict[str, Chosen] | set[str]) -> str:
    while name in names:
        name += NOTHING_WIDE
    if isinstance(names, set):
        names.add(name)
    return name
