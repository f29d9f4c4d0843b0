"""What staff look after: submissions that we could not grade, who asks for another look, and who did what."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from lib.ui.budget import said_in_words
from lib.ui.choices import View, choose_view
from lib.ui.course import acting as here
from lib.ui.course.staff_page import course_of_page, course_title
from lib.ui.course.standing import need_acting
from lib.ui.course.times import when
from lib.ui.page import Page
from lib.ui.text import plain, say

if TYPE_CHECKING:
    from lib.course.courses import MyCourse
    from lib.course.staff import Act, OurFault
    from lib.course.who import Who

PAGE = Page(
    title="Our faults and the audit",
    group="",
    order=0,
    names=("系统故障与记录",),
    purpose="What we could not grade, who asks for another look, and who did what.",
)
TIMES = ("opens", "due", "closes")  # what the record keeps as moments
MOST = 50  # faults with a button each


def render() -> None:
    """The whole page."""
    who = need_acting()
    with said_in_words():
        course = course_of_page(who, PAGE.title)
        course_title(PAGE.title, course)
        VIEWS[choose_view(VIEWS, "faults_view")].draw(who, course)


def _faults_view(who: Who, course: MyCourse) -> None:
    """What we could not grade after all tries, each to be tried again."""
    from lib.course.staff import grade_again, our_faults

    found = our_faults(here.store(), who, course.id)
    if not found:
        st.success(say("Everything that was handed in could be graded, or is about to be."))
        return
    st.markdown(
        say(
            "{count} could not be graded, and that is our fault. It took no attempt away. Once the cause is gone, have "
            "them graded again.",
            count=len(found),
        )
    )
    if st.button(say("Grade all again"), type="primary"):
        for one in found:
            grade_again(here.store(), who, one.number)
        st.rerun()
    for one in found[:MOST]:
        with st.container(border=True, key=f"fault_card_{one.number}"):
            _fault(who, course, one)


def _fault(who: Who, course: MyCourse, one: OurFault) -> None:
    from lib.course.staff import grade_again

    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        label = say("Submission {number}", number=one.number)
        here.link(label, "review", icon=":material/arrow_forward:", submission=one.number)
        st.markdown(f"{plain(one.slug)} · {when(one.at, course.zone)}", width="content")
        if st.button(say("Grade again"), key=f"again_{one.number}"):
            grade_again(here.store(), who, one.number)
            st.rerun()
    st.caption(plain(one.trouble))


def _asks_view(who: Who, course: MyCourse) -> None:
    """Those who wait for an answer, the longest first."""
    from lib.course.marking import who_asks

    found = who_asks(here.store(), who, course.id)
    if not found:
        st.markdown(say("Nobody waits for another look."))
    for one in found:
        with st.container(border=True, key=f"ask_card_{one.id}"):
            with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
                label = plain(one.name) or say("Submission {number}", number=one.number)
                here.link(label, "review", icon=":material/arrow_forward:", submission=one.number)
                st.markdown(when(one.at, course.zone), width="content")
            st.markdown(plain(one.asks))


def _record_view(who: Who, course: MyCourse) -> None:
    """Who did what, the latest first, so many at a time."""
    from lib.course.staff import MOST, audit_of

    if course.role != "instructor":
        st.info(say("Only instructors see who did what."))
        return
    key = f"record_before_{course.id}"
    acts = audit_of(here.store(), who, course.id, before=st.session_state.get(key, 0))
    st.dataframe(
        pd.DataFrame([_line(one, course.zone) for one in acts]),
        hide_index=True,
        height=min(640, 35 * (len(acts) + 1) + 3),
        alt=say("Who did what in this course, the latest first"),
    )
    with st.container(horizontal=True, gap="small"):
        if len(acts) == MOST:
            st.button(say("Older ones"), on_click=_set, args=(key, acts[-1].id))
        if key in st.session_state:
            st.button(say("The latest ones"), on_click=_set, args=(key, None))


def _set(key: str, before: int | None) -> None:
    if before is None:
        st.session_state.pop(key, None)
    else:
        st.session_state[key] = before


def _line(one: Act, zone: str) -> dict[str, Any]:
    return {
        say("When"): when(one.at, zone),
        say("Who"): one.who,
        say("What"): one.what,
        say("Whom"): one.whom,
        say("Before"): _told(one.before, zone),
        say("After"): _told(one.after, zone),
        say("Why"): one.why,
        say("Number"): one.about,
    }


def _told(said: dict[str, Any] | None, zone: str) -> str:
    """Settings and numbers on one line."""
    return ", ".join(f"{name}: {_value(name, value, zone)}" for name, value in (said or {}).items())


def _value(name: str, value: Any, zone: str) -> str:
    if name in TIMES and value:
        return when(datetime.fromisoformat(value), zone)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


VIEWS = {
    "faults": View("Our faults", _faults_view),
    "asks": View("Another look", _asks_view),
    "record": View("Who did what", _record_view),
}
