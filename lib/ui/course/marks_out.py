"""Marks as files: out to a learning platform, by our own route, which notes who took them; in from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from lib.ui.choices import choice_box
from lib.ui.course import acting as here
from lib.ui.course.marks_in import marks_in
from lib.ui.course.routes import file_button
from lib.ui.text import say

if TYPE_CHECKING:
    from lib.course.courses import MyCourse
    from lib.course.who import Who

ALL = "all"
KINDS = {
    "canvas": (
        "Canvas",
        "Import it in Canvas under Grades, Import. It has the students who came by a roster that Canvas exported, by "
        "the ids that Canvas gave them.",
    ),
    "moodle": (
        "Moodle, with feedback",
        "Upload it in Moodle under Assignment, View all submissions, Upload grading worksheet. It is for one "
        "assignment, and has the students who came by a grading worksheet.",
    ),
    "plain": ("Plain CSV", "Everyone, with a column for each exercise and one for each assignment."),
}


def marks_out(who: Who, course: MyCourse) -> None:
    """The whole view."""
    if course.role != "instructor":
        st.info(say("Only instructors take marks out, and bring some in."))
        return
    _out(who, course)
    marks_in(who, course)


def _out(who: Who, course: MyCourse) -> None:
    from lib.course.assignments import assignments

    if course.anonymous:
        st.info(say("Grading is anonymous; switch that off before marks leave with names."))
        return
    shown = assignments(here.store(), who, course.id)
    if not shown:
        st.info(say("There is no assignment yet."))
        return
    titles = {ALL: say("all"), **{str(one.id): one.title for one in shown}}
    chosen = choice_box(say("Assignment"), titles, "out_assignment")
    st.markdown(
        say(
            "A cell is empty, and never a zero, where there is no mark: nothing was handed in, or something is still "
            "to be graded. It is noted who takes marks out."
        )
    )
    for column, (kind, (title, says)) in zip(st.columns(len(KINDS)), KINDS.items(), strict=True):
        with column, st.container(border=True, key=f"card_out_{kind}"):
            st.markdown(f"**{say(title)}**")
            st.markdown(say(says))
            if kind == "moodle" and chosen == ALL:
                st.caption(say("Choose one assignment for it."))
            else:
                query = {} if chosen == ALL else {"assignment": int(chosen)}
                file_button(say("Take it"), "marks", course=course.id, kind=kind, **query)
