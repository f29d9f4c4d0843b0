"""Other times for one student: an extension, or a window of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from lib.ui.budget import said_in_words
from lib.ui.course.acting import store
from lib.ui.course.moments import perhaps_a_moment
from lib.ui.course.times import when
from lib.ui.text import plain, say

if TYPE_CHECKING:
    from lib.course.assignments import Shown
    from lib.course.policy import Window
    from lib.course.who import Who


def other_times(who: Who, shown: Shown, zone: str) -> None:
    """Who has other times, and the fields that give some."""
    from lib.course.assignments import extensions
    from lib.course.courses import members

    with st.expander(say("Other times for one student"), key=f"other_times_{shown.id}"):
        people = {one.person_id: one for one in members(store(), who, shown.course_id) if one.role == "student"}
        given = extensions(store(), who, shown.id)
        names = {number: f"{one.name} · {one.email}" if one.email else one.name for number, one in people.items()}
        _given(given, names, zone)
        if not people:
            st.caption(say("Nobody has signed in to this course yet."))
            return
        chosen = st.selectbox(
            say("Student"), list(names), None, format_func=names.__getitem__, key=f"times_who_{shown.id}"
        )
        if chosen is not None:
            _fields(who, shown, chosen, given.get(chosen), zone)


def _given(given: Mapping[int, Window], names: Mapping[int, str], zone: str) -> None:
    for number, window in given.items():
        opens, due, closes = (when(moment, zone) for moment in (window.opens, window.due, window.closes))
        times = say("{opens} to {due}, taken until {closes}", opens=opens, due=due, closes=closes)
        st.markdown(f"- **{plain(names.get(number, say('somebody who left the course')))}**: {times}")


def _fields(who: Who, shown: Shown, person: int, own: Window | None, zone: str) -> None:
    turn = st.session_state.setdefault(f"times_turn_{shown.id}", 0)
    key = f"times_{shown.id}_{person}_{turn}"
    terms = shown.terms
    with said_in_words():
        places = st.columns(3, gap="small")
        named = {"opens": say("Opens"), "due": say("Due"), "closes": say("Closes")}
        times = {}
        for place, (name, label) in zip(places, named.items(), strict=True):
            start = getattr(own, name) if own and getattr(own, name) != getattr(terms, name) else None
            with place:
                times[name] = perhaps_a_moment(label, f"{key}_{name}", zone, start)
        why = st.text_input(say("Reason; staff and the student's own export show it"), key=f"{key}_why")
        with st.container(horizontal=True, gap="small"):
            give = st.button(say("Give these times"), key=f"{key}_give", disabled=not any(times.values()))
            take = own is not None and st.button(say("Take them back"), key=f"{key}_take")
        if give or take:
            _save(who, shown.id, person, times if give else {}, why)
            st.session_state[f"times_turn_{shown.id}"] = turn + 1
            st.rerun()
    if said := st.session_state.pop(f"times_said_{shown.id}", ""):
        st.success(plain(said))


def _save(who: Who, assignment_id: int, person: int, times: Mapping[str, object], why: str) -> None:
    from lib.course.assignments import extend

    said = extend(store(), who, assignment_id, person, why=why, **times)  # type: ignore[arg-type]
    st.session_state[f"times_said_{assignment_id}"] = said
