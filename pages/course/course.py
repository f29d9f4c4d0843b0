"""A course's home: its assignments, and for staff the ways to everything."""

from __future__ import annotations

import streamlit as st

from lib.ui.budget import said_in_words
from lib.ui.course.acting import asked, link, store
from lib.ui.course.standing import need_acting
from lib.ui.page import Page
from lib.ui.text import plain, say

PAGE = Page(title="Course", group="", order=0, names=(), purpose="")


def render() -> None:
    """The whole page."""
    from lib.course.courses import course_of

    who = need_acting()
    with said_in_words():
        course = course_of(store(), who, asked("course") or 0)
        st.title(plain(course.title), anchor=False)
        link(say("People"), "people", course=course.id)
