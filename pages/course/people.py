"""Who is in a course: the roster, who has signed in, claims, personal links, the code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from lib.ui.budget import said_in_words
from lib.ui.course.acting import asked, link, store
from lib.ui.course.people import claims, code, members, roster
from lib.ui.course.standing import need_acting
from lib.ui.page import Page
from lib.ui.text import plain, say

if TYPE_CHECKING:
    from lib.course.courses import MyCourse
    from lib.course.who import Who

PAGE = Page(title="People", group="", order=0, names=(), purpose="")
VIEWS = {"roster": "Roster", "members": "Signed in", "claims": "Claims", "code": "Code"}


def render() -> None:
    """The whole page."""
    from lib.course.courses import course_of
    from lib.course.roster import roster as rows_of

    who = need_acting()
    with said_in_words():
        course = course_of(store(), who, asked("course") or 0)
        rows_of(store(), who, course.id)  # for staff alone
        st.title(say("People"), anchor=False)
        link(plain(course.title), "course", icon=":material/arrow_back:", course=course.id)
        _view(who, course)


def _view(who: Who, course: MyCourse) -> None:
    views = VIEWS if course.role == "instructor" else {name: VIEWS[name] for name in ("roster", "members")}
    labels = {name: say(label) for name, label in views.items()}
    if "claims" in labels:
        waiting = len(claims.open_ones(who, course))
        labels["claims"] += f" ({waiting})" if waiting else ""
    chosen = st.segmented_control(
        say("What to see"),
        list(labels),
        format_func=labels.__getitem__,
        default="roster",
        required=True,
        key="people_view",
        label_visibility="collapsed",
    )
    {"roster": roster, "members": members, "claims": claims, "code": code}[chosen or "roster"].show(who, course)
