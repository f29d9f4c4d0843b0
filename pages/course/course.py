"""A course's home: its assignments, and for staff the ways to everything."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import streamlit as st

from lib.ui.budget import said_in_words
from lib.ui.course.acting import asked, link, store
from lib.ui.course.standing import need_acting
from lib.ui.course.times import when
from lib.ui.page import Page
from lib.ui.text import plain, say
from pages.course.courses import ROLES, zone_box

if TYPE_CHECKING:
    from lib.course.assignments import Shown
    from lib.course.courses import MyCourse
    from lib.course.seen import MyMark
    from lib.course.who import Who

PAGE = Page(title="Course", group="", order=0, names=(), purpose="")
STAFF_LINKS = {  # slug: what it is called, its sign
    "gradebook": ("Gradebook", ":material/table_chart:"),
    "people": ("People", ":material/group:"),
    "class_faults": ("Our faults and the audit", ":material/fact_check:"),
}


def render() -> None:
    """The whole page."""
    from lib.course.courses import course_of

    who = need_acting()
    with said_in_words():
        course = course_of(store(), who, asked("course") or 0)
        st.title(plain(course.title), anchor=False)
        st.caption(say("Your role: {role}. Times are those of {zone}.", role=ROLES[course.role], zone=course.zone))
        if course.closed is not None:
            st.warning(say("This course is over since {when}. Nothing is taken any more.", when=_at(course)))
        if course.role != "student":
            _staff_links(course)
        _assignments(who, course)
        if course.role == "instructor":
            _settings(who, course)


def _at(course: MyCourse) -> str:
    return when(course.closed, course.zone)


def _staff_links(course: MyCourse) -> None:
    with st.container(horizontal=True, gap="medium", key="course_staff_links"):
        for slug, (label, icon) in STAFF_LINKS.items():
            link(say(label), slug, icon=icon, course=course.id)


def _assignments(who: Who, course: MyCourse) -> None:
    from lib.course.assignments import assignments
    from lib.course.completion import my_lessons
    from lib.course.seen import my_marks

    st.header(say("Assignments"), anchor=False)
    shown = assignments(store(), who, course.id)
    is_student = course.role == "student"
    marks, sums = my_marks(store(), who, course.id) if is_student else ({}, {})
    lessons = my_lessons(store(), who, course.id) if is_student else {}
    if not shown:
        st.info(say("Nothing has opened yet.") if is_student else say("There is no assignment yet."))
    for one in shown:
        with st.container(border=True, gap="xsmall", key=f"assignment_{one.id}"):
            _assignment(one, course)
            if is_student:
                _mine(one, marks, sums, lessons)
    if course.role == "instructor":
        link(say("New assignment"), "assignment_form", icon=":material/add:", course=course.id)


def _assignment(one: Shown, course: MyCourse) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        link(f"**{plain(one.title)}**", "assignment", assignment=one.id)
        st.markdown(_state(one, course.zone, store().now()), width="content")
        if course.role != "student":
            words = say("Change it") if course.role == "instructor" else say("Other times")
            link(words, "assignment_form", icon=":material/edit:", assignment=one.id)
        if course.role == "instructor":
            link(say("Grade anew, release"), "regrade", icon=":material/refresh:", assignment=one.id)


def _state(one: Shown, zone: str, now: datetime) -> str:
    """What its times say at this moment, the next one of them by name."""
    window = one.window
    if now < window.opens:
        return say(":gray[opens {when}]", when=when(window.opens, zone))
    if now < window.due:
        return say("due **{when}**", when=when(window.due, zone))
    if now < window.closes:
        return say(
            ":orange[was due {due}; taken until {closes}]", due=when(window.due, zone), closes=when(window.closes, zone)
        )
    return say(":gray[closed {when}]", when=when(window.closes, zone))


def _mine(
    one: Shown, marks: Mapping[int, MyMark], sums: Mapping[int, float | None], lessons: Mapping[int, bool]
) -> None:
    """How far the student is, and the mark where it is shown."""
    said = []
    if one.exercises:
        some = sum(exercise.id in marks and marks[exercise.id].attempts > 0 for exercise in one.exercises)
        said.append(say("{some} of {all} exercises handed in", some=some, all=len(one.exercises)))
    if one.lessons:
        done, count = sum(lessons.get(lesson.id, False) for lesson in one.lessons), len(one.lessons)
        words = say("{some} of {all} lessons complete") if count > 1 else say("{some} of {all} lesson complete")
        said.append(words.format(some=done, all=count))
    points, of = sums.get(one.id), sum(exercise.points for exercise in one.exercises)
    if points is not None:
        said.append(say("**{points:.4g}** of {of:.4g} points", points=points, of=of))
    st.markdown(" · ".join(said))


def _settings(who: Who, course: MyCourse) -> None:
    from lib.course.courses import change_course, close_course

    with st.expander(say("Settings of the course"), key=f"course_settings_{course.id}"):
        with st.form("change_course", border=False):
            title = st.text_input(say("Title"), course.title, max_chars=200)
            zone = zone_box(course.zone)
            anonymous = st.toggle(
                say("Grade anonymously"),
                course.anonymous,
                help=say("Staff see numbers in place of names until marks are released."),
            )
            saved = st.form_submit_button(say("Save"))
        if saved:
            change_course(store(), who, course.id, title=title, zone=zone, anonymous=anonymous)
            st.rerun()
        st.markdown(say("In a course that is over nothing is taken, and personal links sign nobody in."))
        if st.button(say("Open it again") if course.closed else say("End the course")):
            close_course(store(), who, course.id, closed=course.closed is None)
            st.rerun()
