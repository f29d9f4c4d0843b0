"""What the pages of staff begin with: the course, its title, and the way between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from lib.refusal import Refusal
from lib.ui.course import acting as here
from lib.ui.text import plain, say

if TYPE_CHECKING:
    from lib.course.courses import MyCourse
    from lib.course.who import Who


def course_of_page(who: Who, title: str) -> MyCourse:
    """The course that the address names, for its staff. Raises Refusal, NotThere or NotAllowed."""
    from lib.course.courses import course_of
    from lib.course.who import NotAllowed

    number = here.asked("course")
    if number is None:
        raise Refusal("The address names no course; expected one such as …?course=3.")
    course = course_of(here.store(), who, number)
    if course.role == "student":
        raise NotAllowed("Only {whom} of this course may do that.", whom="instructors and assistants")
    return course


def course_title(title: str, course: MyCourse, **back: int) -> None:
    """The page's title, and links to what staff go to from here."""
    st.title(say(title), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="staff_what"):
        here.link(plain(course.title), "course", icon=":material/school:", course=course.id)
        for name, slug, icon in (
            ("Gradebook", "gradebook", ":material/table_view:"),
            ("Our faults and the audit", "class_faults", ":material/history:"),
        ):
            if title != name:
                here.link(say(name), slug, icon=icon, course=course.id)
        if course.anonymous:
            st.markdown(say(":gray[Grading is anonymous.]"), width="content")
