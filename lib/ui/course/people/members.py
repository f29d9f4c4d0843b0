"""Everyone who has signed in to a course: roles, taking somebody out, data of one person, erasing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import pandas as pd
import streamlit as st

from lib.ui.course.acting import store
from lib.ui.course.routes import file_button
from lib.ui.text import plain, say

if TYPE_CHECKING:
    from lib.course.courses import Member, MyCourse
    from lib.course.who import Who
    from lib.store.people import Role

CHANGES = {
    "student": "Make a student",
    "assistant": "Make an assistant",
    "instructor": "Make an instructor",
    "out": "Take out of the course",
}


def show(who: Who, course: MyCourse) -> None:
    """The table; for instructors also what they may do with one person of it."""
    from lib.course.courses import members

    people = members(store(), who, course.id)
    frame = pd.DataFrame(
        {
            say("Name"): [one.name for one in people],
            say("E-mail"): [one.email for one in people],
            say("Role"): [say(one.role) for one in people],
        }
    )
    height = min(38 + 35 * len(people), 560)
    if course.role != "instructor":
        st.dataframe(frame, hide_index=True, height=height)
        return
    state = st.dataframe(
        frame, hide_index=True, height=height, on_select="rerun", selection_mode="single-row", key="people_members"
    )
    places: Sequence[int] = state.selection.rows
    if places and places[0] < len(people):
        _one(who, course, people[places[0]])
    else:
        st.caption(say("Choose somebody to change their role, take them out, or erase them."))


def _one(who: Who, course: MyCourse, member: Member) -> None:
    from lib.course.courses import set_role

    st.header(plain(member.name or say("Person {id}", id=member.person_id)), anchor=False)
    with st.container(horizontal=True, gap="small"):
        for change, label in CHANGES.items():
            if change != member.role and st.button(say(label)):
                set_role(
                    store(), who, course.id, member.person_id, cast("Role | None", None if change == "out" else change)
                )
                st.rerun()
        if member.role == "student":
            file_button(say("Fetch all data of this person (JSON)"), "person", person=member.person_id)
    if member.role == "student":
        _erase(who, member)


def _erase(who: Who, member: Member) -> None:
    from lib.course.keeping import erase_person

    with st.form(f"erase_{member.person_id}", border=False):
        st.markdown(
            say(
                "**Erase this person**: name, e-mail, code and reports go for good; numbers stay under Person {id}. "
                "Type {id} to say that you mean it.",
                id=member.person_id,
            )
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            typed = st.text_input(say("Number of the person"), width=160)
            sure = st.form_submit_button(say("Erase"))
    if sure and typed.strip() == str(member.person_id):
        erase_person(store(), who, member.person_id, "")
        st.rerun()
    elif sure:
        st.error(say("The number is {id}; nobody was erased.", id=member.person_id))
