"""Marks of a course on the screen: what needs a look first, filters, the table, and what a chosen cell leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from lib.ui.budget import said_in_words
from lib.ui.choices import choice_box
from lib.ui.course import acting as here
from lib.ui.course.marks_table import FILTERS, LEGEND, Chosen, marks_table, matching, with_exercises
from lib.ui.text import plain, say

if TYPE_CHECKING:
    from lib.course.courses import MyCourse
    from lib.course.gradebook import Gradebook, Student
    from lib.course.marks import ExerciseMark
    from lib.course.who import Who

ROW, MOST_HIGH = 35, 640  # pixels
ALL = "all"
CSS = """
<style>
.st-key-marks_chosen { min-height: 2.5rem; row-gap: 0; }
@media (max-width: 640px) {
  .st-key-marks_filters [data-testid="stColumn"] { flex: 1 1 45%; min-width: 45%; }
}
</style>
"""


def marks_view(who: Who, course: MyCourse) -> None:
    """The whole view. What is done within it draws it alone anew, from the same marks."""
    from lib.course.gradebook import gradebook
    from lib.course.marking import who_asks
    from lib.course.staff import our_faults

    store = here.store()
    book = gradebook(store, who, course.id)
    if not book.students or not book.columns:
        _empty(course, book)
        return
    _first(course, book, len(our_faults(store, who, course.id)), who_asks(store, who, course.id))
    _table(book)


def _empty(course: MyCourse, book: Gradebook) -> None:
    if not book.students:
        st.info(say("Nobody is in this course yet. Students come by a roster, by personal links or by a course code."))
        here.link(say("People of this course"), "people", icon=":material/group:", course=course.id)
    if not book.columns and book.heads:
        st.info(
            say("The assignments of this course hold lessons alone, which give no marks. Who is done stands above.")
        )
    elif not book.columns:
        st.info(say("There is no assignment yet."))
        if course.role == "instructor":
            here.link(say("Make an assignment"), "assignment_form", icon=":material/add:", course=course.id)


def _first(course: MyCourse, book: Gradebook, faults: int, asks: list) -> None:
    """What somebody has to look at before anything else; nothing where there is none."""
    with st.container(horizontal=True, gap="medium", key="gradebook_what"):
        for one in asks[:3]:
            label = say("{name} asks for another look", name=plain(one.name or say("Somebody")))
            here.link(label, "review", icon=":material/front_hand:", submission=one.number)
        if len(asks) > 3:
            st.markdown(say(":gray[and {more} more who ask]", more=len(asks) - 3), width="content")
        if faults:
            label = say("We could not grade {count}", count=faults)
            here.link(label, "class_faults", icon=":material/error:", course=course.id)


@st.fragment
def _table(book: Gradebook) -> None:
    from lib.course.courses import course_of

    with said_in_words():
        st.html(CSS)
        course_of(here.store(), here.acting(), book.course_id)  # still a member of it?
        shown, which, section, find = _filters(book)
        heads = [head for head in book.heads if shown in (ALL, str(head.id))]
        columns = [one for one in book.columns if shown in (ALL, str(one.assignment_id))]
        students = matching(book, frozenset(one.exercise_id for one in columns), which, section, find)
        place = st.container(horizontal=True, vertical_alignment="center", gap="medium", key="marks_chosen")
        if not students:
            place.markdown(say("No student is like that."))
            return
        frame, names = marks_table(students, heads, columns)
        event = st.dataframe(
            frame,
            height=min(MOST_HIGH, ROW * (len(students) + 2) + 3),
            column_config=_columns_config(names),
            on_select="rerun",
            selection_mode="single-cell",
            key="gradebook_cells",
            alt=say("Marks: a line for each student, a column for each exercise"),
        )
        with place:
            cells = event["selection"]["cells"]
            _chosen(book, students, names, cells[0] if cells else None, len(students))
        st.caption(say(LEGEND))


def _columns_config(names: dict[str, Chosen]) -> Any:
    """By place: names under a heading of their own have no other address."""
    student = st.column_config.TextColumn(width=150, pinned=True)
    totals = [kind == "assignment" for kind, _ in names.values()]
    cells = {
        at: st.column_config.TextColumn(alignment="right" if is_total else "left")
        for at, is_total in enumerate(totals, 1)
    }
    return {0: student, **cells}


def _filters(book: Gradebook) -> tuple[str, str, str, str]:
    """The assignment, the filter, the section and the text that were chosen."""
    sections = sorted({one.section for one in book.students if one.section})
    place = st.container(key="marks_filters")
    fields = place.columns([0.3, 0.3, 0.2, 0.2] if sections else [0.35, 0.35, 0.3], gap="small")
    with fields[0]:
        titles = {str(head.id): head.title for head in with_exercises(book.heads, book.columns)}
        shown = choice_box(say("Assignment"), {ALL: say("all"), **titles}, "gradebook_assignment")
    with fields[1]:
        exercises = frozenset(one.exercise_id for one in book.columns if shown in (ALL, str(one.assignment_id)))
        counts = {name: sum(test(one, exercises) for one in book.students) for name, (_, test) in FILTERS.items()}
        labels = {name: f"{say(label)} ({counts[name]})" for name, (label, _) in FILTERS.items()}
        which = choice_box(say("Show"), labels, "gradebook_show")
    section = ""
    if sections:
        with fields[2]:
            options = {"": say("all"), **{one: one for one in sections}}
            section = st.selectbox(say("Section"), list(options), format_func=options.__getitem__)
    with fields[-1]:
        find = st.text_input(say("Find a student"), placeholder=say("name, e-mail or number"), max_chars=80)
    return shown, which, section, find


def _chosen(
    book: Gradebook, students: list[Student], names: dict[str, Chosen], chosen: tuple[int, str] | None, count: int
) -> None:
    """One line about the cell that was chosen, and the way to what was handed in."""
    if chosen is None or chosen[1] not in names or not 0 <= chosen[0] < len(students):
        text = say("{count} students. Click a cell to see what was handed in.", count=count)
        st.markdown(
            f":gray[{text}]" if count != 1 else say(":gray[1 student. Click a cell to see what was handed in.]")
        )
        return
    student, (kind, number) = students[chosen[0]], names[chosen[1]]
    if kind == "assignment":
        _of_assignment(book, student, number)
        return
    column = next(one for one in book.columns if one.exercise_id == number)
    mark = student.marks.get(number)
    says = say("**{name} · {title}** {mark}", name=plain(student.name), title=plain(column.title), mark=_told(mark))
    st.markdown(says, width="content")
    if mark and mark.attempt:
        here.link(say("Look at it"), "review", icon=":material/arrow_forward:", submission=mark.attempt.id)
    elif student.person_id is None:
        st.markdown(say(":gray[Has not signed in yet.]"), width="content")
    else:
        label = say("Look at it") if mark and mark.attempts else say("Points by hand")
        here.link(label, "review", icon=":material/arrow_forward:", exercise=number, person=student.person_id)


def _of_assignment(book: Gradebook, student: Student, number: int) -> None:
    head = next(one for one in book.heads if one.id == number)
    total = student.totals.get(number)
    points = say("no total yet") if total is None else say("{total:.4g} of {of:g}", total=total, of=head.of)
    missing = sum(one.exercise_id in student.missing for one in book.columns if one.assignment_id == number)
    more = say(", {count} missing", count=missing) if missing else ""
    said = say("**{name} · {title}** {points}", name=plain(student.name), title=plain(head.title), points=points + more)
    st.markdown(said, width="content")
    here.link(say("Grade this assignment anew, release its marks"), "regrade", assignment=number)


def _told(mark: ExerciseMark | None) -> str:
    if mark is None:
        return say("nothing handed in")
    says = [say("no points yet") if mark.points is None else say("{got:.4g} of {of:.4g}", got=mark.points, of=mark.of)]
    if mark.attempt:
        said = "attempt {number} of {all}" if mark.override is None else "attempt {number} of {all}, points by hand"
        says.append(say(said, number=mark.attempt.number, all=mark.attempts))
    elif mark.override is not None:
        says.append(say("by hand"))
    if mark.late:
        says.append(say("1 day late") if mark.late == 1 else say("{days} days late", days=mark.late))
    return ", ".join(says)
