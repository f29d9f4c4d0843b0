"""Where a submission stands, kept up to date while it waits, and the list of what was handed in before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from lib.ui.course.acting import acting, link, store
from lib.ui.course.stored_report import our_fault
from lib.ui.course.times import when
from lib.ui.text import say

if TYPE_CHECKING:
    from lib.course.seen import SeenAttempt
    from lib.course.submit import Progress

SOONEST, LATEST = 1.5, 8.0  # seconds between two looks: less often for those who stand far behind in a long line
SHOWN = 10  # attempts in the list


def live_state(number: int) -> None:
    """Says where the submission stands until it is graded; then the whole page is drawn anew."""
    progress = _state_of(number)
    if progress.state in ("graded", "our fault"):
        if progress.state == "our fault":
            our_fault()
        return
    often = min(LATEST, SOONEST + progress.ahead / 20)
    st.fragment(run_every=often)(_waiting)(number)


def _state_of(number: int) -> Progress:
    from lib.course.submit import state_of

    return state_of(store(), acting(), number)


def _waiting(number: int) -> None:
    from lib.course.who import NotAllowed

    try:
        progress = _state_of(number)
    except NotAllowed:  # signed out meanwhile: the page says so
        st.rerun(scope="app")
    if progress.state in ("graded", "our fault"):
        st.rerun(scope="app")
    st.info(state_in_words(progress), icon=":material/hourglass_top:")


def state_in_words(progress: Progress) -> str:
    if progress.state == "running":
        return say("Being graded now.")
    if not progress.ahead:
        return say("Stored. It is the next one to be graded.")
    if progress.ahead == 1:
        return say("Stored. One submission is graded before it.")
    return say("Stored. {ahead} submissions are graded before it.", ahead=progress.ahead)


STATES = {"stored": "waiting", "waiting": "waiting", "running": "being graded", "our fault": "our fault; not counted"}


def attempt_list(attempts: Sequence[SeenAttempt], zone: str, key: str) -> None:
    """A line for each attempt, the latest first, which leads to its report."""
    if not attempts:
        return
    folded = st.expander(say("Attempts: {count}", count=len(attempts)), key=f"{key}_attempts")
    with folded, st.container(gap="xsmall"):
        for one in attempts[:SHOWN]:
            link(attempt_in_words(one, zone), "submission", submission=one.number)
        if len(attempts) > SHOWN and st.toggle(say("Older ones too"), key=f"{key}_older"):
            for one in attempts[SHOWN:]:
                link(attempt_in_words(one, zone), "submission", submission=one.number)


def attempt_in_words(one: SeenAttempt, zone: str) -> str:
    """Attempt 3 · Mon 3 May, 10:00 · ✗ 6 of 8."""
    if one.state in STATES:
        result = say(STATES[one.state])
    elif one.score is None:
        result = say("graded")
    else:
        colour, sign = ("green", "✓") if one.passed else ("red", "✗")
        result = f":{colour}[{sign} " + say("{score:g} of {of:g}", score=one.score, of=one.of) + "]"
    return say("Attempt {number} · {at} · {result}", number=one.attempt, at=when(one.at, zone), result=result)
