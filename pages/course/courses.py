"""My courses: open one, make one, join one by its code."""

from __future__ import annotations

import streamlit as st

from lib.ui.course.acting import link, store
from lib.ui.course.standing import need_acting
from lib.ui.page import Page
from lib.ui.text import plain, say

PAGE = Page(
    title="My courses",
    group="class",
    order=0,
    names=("我的课程", "courses", "class"),
    purpose="Assignments, marks, and who is in your class.",
)


def render() -> None:
    """The whole page."""
    from lib.course.courses import my_courses

    st.title(say(PAGE.title), anchor=False)
    who = need_acting()
    for one in my_courses(store(), who):
        link(plain(one.title), "course", course=one.id)
