"""My courses: open one, join one by its code, make one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import available_timezones

import streamlit as st

from lib.ui.budget import said_in_words
from lib.ui.course.acting import go, link, store
from lib.ui.course.standing import need_acting
from lib.ui.page import Page
from lib.ui.text import plain, say

if TYPE_CHECKING:
    from lib.course.courses import MyCourse
    from lib.course.who import Who

PAGE = Page(
    title="My courses",
    group="class",
    order=0,
    names=("我的课程", "courses", "class"),
    purpose="Assignments, marks, and who is in your class.",
)
ROLES = {"instructor": "instructor", "assistant": "assistant", "student": "student"}


def render() -> None:
    """The whole page."""
    from lib.course.courses import my_courses

    st.title(say(PAGE.title), anchor=False)
    st.caption(say(PAGE.purpose))
    who = need_acting()
    courses = my_courses(store(), who)
    for one in (course for course in courses if course.closed is None):
        _course(one)
    if not courses:
        st.info(say("You are in no course yet. Join one with the code that your instructor gave you."))
    ended = [course for course in courses if course.closed is not None]
    if ended:
        with st.expander(say("Courses that are over")):
            for one in ended:
                _course(one)
    _join()
    if who.teacher:
        _make(who)


def _course(course: MyCourse) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"course_{course.id}"):
        link(f"**{plain(course.title)}**", "course", course=course.id)
        st.markdown(f":gray[{say(ROLES[course.role])}]", width="content")


def _join() -> None:
    """By a code that is shown in class. Whoever is not on the roster waits for the instructor's eye there."""
    from lib.course.courses import join_by_code

    with st.form("join_course", border=False):
        st.header(say("Join a course"), anchor=False)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            code = st.text_input(say("Code"), max_chars=40, width=240, autocomplete="off")
            asked = st.form_submit_button(say("Join"))
    if asked:
        with said_in_words():
            go("course", course=join_by_code(store(), need_acting(), code))


def _make(who: Who) -> None:
    from lib.course.courses import make_course

    with st.form("make_course", border=False):
        st.header(say("Make a course"), anchor=False)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            title = st.text_input(say("Title"), max_chars=200, width=320, placeholder=say("Deep learning, autumn"))
            zone = zone_box(st.context.timezone or "UTC")
            asked = st.form_submit_button(say("Make it"))
    if asked:
        with said_in_words():
            go("course", course=make_course(store(), who, title, zone))


def zone_box(chosen: str) -> str:
    """Picks the time zone in which a course's times are shown."""
    zones = sorted(available_timezones())
    place = zones.index(chosen) if chosen in zones else zones.index("UTC")
    return str(st.selectbox(say("Time zone"), zones, index=place, width=240))
