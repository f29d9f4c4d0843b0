"""The code by which students join a course by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from lib.ui.course.acting import store
from lib.ui.text import say

if TYPE_CHECKING:
    from lib.course.courses import MyCourse
    from lib.course.who import Who


def show(who: Who, course: MyCourse) -> None:
    """The code for the projector, a new one, none."""
    from lib.course.courses import set_code

    if course.code:
        st.title(f"`{course.code}`", anchor=False)
        st.markdown(say("Whoever is signed in and types this on **My courses** is a student of this course."))
    else:
        st.markdown(say("There is no code. With one, whoever is signed in and has it can join as a student."))
    with st.container(horizontal=True, gap="small"):
        new = st.button(say("Make a new code") if course.code else say("Make a code"))
        off = bool(course.code) and st.button(say("Take the code back"))
    if new or off:
        set_code(store(), who, course.id, on=new)
        st.rerun()
