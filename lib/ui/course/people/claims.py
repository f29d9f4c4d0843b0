"""Who wants to be which row of the roster: what is not clear is the instructor's to decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from lib.ui.budget import said_in_words
from lib.ui.course.acting import store
from lib.ui.course.times import when
from lib.ui.text import plain, say

if TYPE_CHECKING:
    from lib.course.claims import OpenClaim
    from lib.course.courses import MyCourse
    from lib.course.who import Who

NO_ROW = 0
HOW = {"e-mail": "by e-mail", "link": "by a personal link", "asked": "by asking to join"}


def open_ones(who: Who, course: MyCourse) -> list[OpenClaim]:
    """Those that wait."""
    from lib.course.claims import open_claims

    return open_claims(store(), who, course.id)


def show(who: Who, course: MyCourse) -> None:
    """Each claim with what there is to know, and the two answers."""
    waiting = open_ones(who, course)
    if not waiting:
        st.info(
            say("Nobody waits. A claim comes here when two want the same row, or when it is not clear which it is.")
        )
    for one in waiting:
        with st.container(border=True, key=f"claim_{one.id}"):
            _claim(who, course, one)


def _claim(who: Who, course: MyCourse, one: OpenClaim) -> None:
    from lib.course.claims import decide_claim

    st.markdown(
        say(
            "**{name}** {email} wants to be **{row}** on the roster, {how}, {when}.",
            name=plain(one.name or say("Person {id}", id=one.person_id)),
            email=plain(one.email),
            row=plain(one.row_name) or say("somebody"),
            how=say(HOW.get(one.how, one.how)),
            when=when(one.at, course.zone),
        )
    )
    if one.has_it:
        st.warning(
            say("{name} has this row. Whoever gets it gets the work handed in under it.", name=plain(one.has_it))
        )
    row = one.row_id if one.row_id is not None else _row(who, course, one)
    with st.container(horizontal=True, gap="small"):
        yes = st.button(say("Accept"), key=f"claim_yes_{one.id}")
        no = st.button(say("Refuse"), key=f"claim_no_{one.id}")
    if yes or no:
        with said_in_words():
            decide_claim(store(), who, one.id, row or None, accept=yes)
            st.rerun()


def _row(who: Who, course: MyCourse, one: OpenClaim) -> int:
    """Which row it is, as the instructor says."""
    from lib.course.roster import roster

    rows = {row.id: f"{row.name} {row.email}" for row in roster(store(), who, course.id) if row.person_id is None}
    names = {NO_ROW: say("nobody on the roster: let them in without a row"), **rows}
    return int(st.selectbox(say("Who it is"), list(names), format_func=names.__getitem__, key=f"claim_row_{one.id}"))
