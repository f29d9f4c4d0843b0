"""Grades anew, drops a test for everyone, releases all marks: looked at first, then applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from lib.refusal import Refusal
from lib.ui.budget import said_in_words
from lib.ui.choices import View, choose_view
from lib.ui.course import acting as here
from lib.ui.course.dropping import drop_view
from lib.ui.course.grading_anew import anew_view
from lib.ui.course.standing import need_acting
from lib.ui.course.times import when
from lib.ui.page import Page
from lib.ui.text import plain, say

if TYPE_CHECKING:
    from lib.course.assignments import Shown
    from lib.course.courses import MyCourse
    from lib.course.who import Who

PAGE = Page(
    title="Grade anew and release",
    group="",
    order=0,
    names=("重新评分",),
    purpose="Grade anew, drop a test for everyone, release all marks.",
)


def render() -> None:
    """The whole page."""
    who = need_acting()
    with said_in_words():
        course, assignment = _assignment_of_page(who)
        st.title(plain(assignment.title), anchor=False)
        with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="regrade_what"):
            here.link(say("Gradebook"), "gradebook", icon=":material/table_view:", course=course.id)
            here.link(say("The assignment"), "assignment", icon=":material/assignment:", assignment=assignment.id)
        if course.role != "instructor":
            st.info(say("Only instructors grade anew, drop tests and release marks."))
            return
        VIEWS[choose_view(VIEWS, "regrade_view")].draw(who, course, assignment)


def _assignment_of_page(who: Who) -> tuple[MyCourse, Shown]:
    """The assignment that the address names, and its course, for staff."""
    from lib.course.assignments import assignment_of, form_of
    from lib.course.courses import course_of

    number = here.asked("assignment")
    if number is None:
        raise Refusal("The address names no assignment; expected one such as …?assignment=5.")
    form_of(here.store(), who, number)  # for staff alone
    shown = assignment_of(here.store(), who, number)
    return course_of(here.store(), who, shown.course_id), shown


def _release_view(who: Who, course: MyCourse, assignment: Shown) -> None:
    """All marks of the assignment at one moment."""
    from lib.course.assignments import release

    terms, released = assignment.terms, assignment.released
    words = {"at once": "at once", "after closing": "when it closes for them", "when released": "when you release them"}
    st.markdown(say("Students see the visible tests {when}.", when=say(words[terms.show_tests])))
    st.markdown(say("They see hidden tests and their mark {when}.", when=say(words[terms.show_hidden])))
    if released is None:
        st.markdown(say("Nothing is released yet. Releasing shows all of it to all students at this moment."))
        if st.button(say("Release all marks now"), type="primary", icon=":material/campaign:"):
            release(here.store(), who, assignment.id)
            st.rerun()
    else:
        st.success(say("Released on {moment}.", moment=when(released, course.zone)))
        if st.button(say("Take the release back"), help=say("What the rules above do not show is hidden again.")):
            release(here.store(), who, assignment.id, on=False)
            st.rerun()


VIEWS = {
    "anew": View("Grade anew", anew_view),
    "drop": View("Drop a test", drop_view),
    "release": View("Release marks", _release_view),
}
