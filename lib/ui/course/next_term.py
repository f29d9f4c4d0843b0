"""A course for the next term, with the same assignments some weeks later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from lib.ui.budget import said_in_words
from lib.ui.course.acting import go, store
from lib.ui.course.moments import later_by_weeks
from lib.ui.course.times import when
from lib.ui.text import plain, say

if TYPE_CHECKING:
    from lib.course.courses import MyCourse
    from lib.course.who import Who

HALF_A_YEAR = 26  # weeks


def next_term(who: Who, course: MyCourse) -> None:
    """The fields, when everything would be due, and the button."""
    from lib.course.assignments import assignments

    with st.expander(say("Copy this course to the next term"), key=f"next_term_{course.id}"):
        st.markdown(say("Nobody comes along but you. Exercises keep the versions that they have."))
        title = st.text_input(say("Title of the new course"), course.title, key=f"next_title_{course.id}")
        weeks = st.number_input(say("Weeks later"), 1, 520, HALF_A_YEAR, key=f"next_weeks_{course.id}")
        for one in assignments(store(), who, course.id):
            due = later_by_weeks(one.terms.due, weeks, course.zone)
            st.markdown(f"- {plain(one.title)}: " + say("due {at}", at=when(due, course.zone)))
        if st.button(say("Make the new course"), key=f"next_make_{course.id}"):
            with said_in_words():
                made = st.session_state.get(f"next_made_{course.id}")
                if made is None or made[0] != (title, weeks):  # a second click of a double one makes no second course
                    made = (title, weeks), _copy(who, course.id, title, weeks)
                    st.session_state[f"next_made_{course.id}"] = made
                go("course", course=made[1])


def _copy(who: Who, course_id: int, title: str, weeks: int) -> int:
    from lib.course.assignments import copy_course

    return copy_course(store(), who, course_id, title, weeks=weeks)
