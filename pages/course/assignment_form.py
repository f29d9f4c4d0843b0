"""An assignment is made or changed: what saving would do is said first. Other times for one student, and release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from lib.refusal import Refusal
from lib.ui.budget import said_in_words
from lib.ui.course.acting import asked, go, link, store
from lib.ui.course.acting import settings as settings_of_class
from lib.ui.course.assignment_fields import empty_form, fields
from lib.ui.course.effect import effect
from lib.ui.course.next_term import next_term
from lib.ui.course.other_times import other_times
from lib.ui.course.projector import projector
from lib.ui.course.standing import need_acting
from lib.ui.course.times import when
from lib.ui.page import Page
from lib.ui.problem import show_refusal
from lib.ui.text import plain, say

if TYPE_CHECKING:
    from lib.course.assignments import Form, Shown
    from lib.course.courses import MyCourse
    from lib.course.who import Who

PAGE = Page(title="Make an assignment", group="", order=0, names=("布置作业",), purpose="Exercises, times and rules.")


def render() -> None:
    """The whole page."""
    who = need_acting()
    with said_in_words():
        if (number := asked("assignment")) is not None:
            _change(who, number)
        else:
            _make(who, asked("course") or 0)


def _make(who: Who, course_id: int) -> None:
    course = _course_to_teach(who, course_id)
    st.title(say("A new assignment"), anchor=False)
    link(plain(course.title), "course", icon=":material/school:", course=course.id)
    key = f"form_new_{course.id}"
    start: Form = st.session_state.setdefault(f"{key}_start", empty_form(store().now(), course.zone))
    form = _filled_in(who, start, course, key)
    if form is not None and _may_save(who, form, course, None) and st.button(say("Make it"), key=f"{key}_save"):
        made: tuple[Form, int] | None = st.session_state.get(f"{key}_made")
        if made is None or made[0] != form:  # a second click of a double one makes no second assignment
            st.session_state[f"{key}_made"] = made = (form, _saved(who, form, course.id))
        go("assignment_form", assignment=made[1])
    next_term(who, course)


def _course_to_teach(who: Who, course_id: int) -> MyCourse:
    """Raises NotThere outside the course, NotAllowed to all but its instructors."""
    from lib.course.courses import course_of
    from lib.course.who import NotAllowed

    course = course_of(store(), who, course_id)
    if course.role != "instructor":
        raise NotAllowed("Only instructors of this course may do that.")
    return course


def _change(who: Who, number: int) -> None:
    """The form for instructors; for assistants the times of students."""
    from lib.course.assignments import assignment_of, form_of
    from lib.course.courses import course_of

    now = form_of(store(), who, number)
    shown = assignment_of(store(), who, number)
    course = course_of(store(), who, shown.course_id)
    st.title(plain(shown.title), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        link(plain(course.title), "course", icon=":material/school:", course=course.id)
        link(
            say("See it as a student does"), "assignment", icon=":material/visibility:", assignment=number, as_student=1
        )
        link(say("Try it"), "assignment", icon=":material/edit_note:", assignment=number)
        link(say("Gradebook"), "gradebook", icon=":material/table:", course=course.id)
    projector(number, shown.lessons)
    other_times(who, shown, course.zone)
    if course.role == "instructor":
        _release(who, shown, course)
        _fields_to_change(who, now, shown, course)


def _fields_to_change(who: Who, now: Form, shown: Shown, course: MyCourse) -> None:
    turn = st.session_state.setdefault(f"form_turn_{shown.id}", 0)
    key = f"form_{shown.id}_{turn}"
    start: Form = st.session_state.setdefault(f"{key}_start", now)
    if said := st.session_state.pop(f"form_said_{shown.id}", ""):
        st.success(said)
    if start != now:
        st.warning(say("Somebody changed this assignment while you had it open. What you save replaces that."))
        st.button(say("Show what it is now"), key=f"{key}_anew", on_click=_anew, args=(shown.id,))
    form = _filled_in(who, start, course, key)
    if form is None or form == start:
        return
    if _may_save(who, form, course, shown.id) and st.button(say("Save the change"), key=f"{key}_save"):
        _saved_change(who, form, shown.id)
        st.session_state[f"form_said_{shown.id}"] = say("Saved.")
        _anew(shown.id)
        st.rerun()


def _anew(assignment_id: int) -> None:
    """Shows the assignment as it is, in new fields."""
    st.session_state[f"form_turn_{assignment_id}"] += 1


def _filled_in(who: Who, start: Form, course: MyCourse, key: str) -> Form | None:
    """The form; None while a field holds what cannot be, which is said."""
    from lib.course.exercises import exercises_for

    try:
        return fields(start, exercises_for(store(), settings_of_class(), who), course.zone, key)
    except Refusal as refusal:
        show_refusal(refusal)
        return None


def _may_save(who: Who, form: Form, course: MyCourse, assignment_id: int | None) -> bool:
    """Whether the form holds together; what it would do stands there, or what is missing."""
    from lib.course.assignments import effect_of_changing, effect_of_making

    if not form.title.strip() or not (form.parts or form.lessons):
        st.caption(say("A title and at least one exercise or lesson, and here stands what it does."))
        return False
    try:
        if assignment_id is None:
            told = effect_of_making(store(), settings_of_class(), who, course.id, form)
            effect(told, {}, is_new=True)
        else:
            told = effect_of_changing(store(), settings_of_class(), who, assignment_id, form)
            effect(told, _names(who, course), is_new=False)
    except Refusal as refusal:
        show_refusal(refusal)
        return False
    return True


def _names(who: Who, course: MyCourse) -> Mapping[int, str]:
    """What the members are called, or other names while grading is anonymous."""
    from lib.course.courses import members
    from lib.course.seen import pseudonym

    people = members(store(), who, course.id)
    return {one.person_id: pseudonym(course.id, one.person_id) if course.anonymous else one.name for one in people}


def _saved(who: Who, form: Form, course_id: int) -> int:
    from lib.course.assignments import make_assignment

    return make_assignment(store(), settings_of_class(), who, course_id, form)


def _saved_change(who: Who, form: Form, assignment_id: int) -> None:
    from lib.course.assignments import change_assignment

    change_assignment(store(), settings_of_class(), who, assignment_id, form)


def _release(who: Who, shown: Shown, course: MyCourse) -> None:
    """All marks at one moment, or hidden again as far as the terms do not show them."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if shown.released is not None:
            st.markdown(say("Marks are released since {at}.", at=when(shown.released, course.zone)), width="content")
            st.button(
                say("Take the release back"), key=f"release_{shown.id}", on_click=_on, args=(who, shown.id, False)
            )
            return
        with st.popover(say("Release the marks")):
            st.markdown(say("All students see their marks, hidden tests and comments from this moment on."))
            st.button(say("Release them now"), key=f"release_{shown.id}", on_click=_on, args=(who, shown.id, True))


def _on(who: Who, assignment_id: int, on: bool) -> None:
    from lib.course.assignments import release

    release(store(), who, assignment_id, on=on)
