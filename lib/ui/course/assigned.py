"""What is said of an assignment to whoever works on it: when it is due, what lateness costs, what is left, the mark."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import streamlit as st

from lib.ui.course.countdown import Stage, countdown
from lib.ui.course.times import when
from lib.ui.text import plain, say

if TYPE_CHECKING:
    from lib.course.assignments import Shown
    from lib.course.seen import MyMark


def times(shown: Shown, zone: str, now: datetime) -> None:
    """The due time, and how long that is from now."""
    window = shown.window
    about = say("Due **{due}**", due=when(window.due, zone))
    if window.closes > window.due:
        about += say(" · taken until {closes}", closes=when(window.closes, zone))
    own = shown.terms.window() != window
    about += say(" · your own times") if own else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(about, width="content")
        stages = [
            Stage(window.opens, say("Opens in …")),
            Stage(window.due, say("… left")),
            Stage(window.closes, say("Late. Taken for another …"), late=True),
        ]
        countdown(now, [one for one in stages if one.until > now], say("Closed"), f"countdown_{shown.id}")


def how_it_counts(shown: Shown, zone: str) -> None:
    """The late policy in a sentence; folded, examples by this person's own times, attempts, and what is shown when."""
    from lib.course.policy import in_words

    window, terms = shown.window, shown.terms
    own = replace(terms, opens=window.opens, due=window.due, closes=window.closes)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(late_in_words(shown), width="content")
        with st.popover(say("How it counts"), type="tertiary"):
            total = sum(one.points for one in shown.exercises)
            lines = [*map(plain, in_words(own, zone, total)), shown_in_words(shown)]
            lines.append(say("All times are those of {zone}, by the clock of this server.", zone=zone))
            st.markdown("\n".join(f"- {line}" for line in lines))


def late_in_words(shown: Shown) -> str:
    """One sentence."""
    terms, window = shown.terms, shown.window
    if window.closes <= window.due:
        return say("Nothing is taken after it is due.")
    if not terms.late_percent:
        return say("Late work loses nothing.")
    grace = say(" after {minutes} minutes of grace", minutes=terms.grace_minutes) if terms.grace_minutes else ""
    return say(
        "Late work loses {percent:g} % of what it earned for each day begun{grace}.",
        percent=terms.late_percent,
        grace=grace,
    )


SHOWN_WHEN = {
    "at once": "as soon as it is graded",
    "after closing": "when nothing is taken any more",
    "when released": "when your instructor releases the marks",
}


def shown_in_words(shown: Shown) -> str:
    return say(
        "What visible tests say is shown {tests}; hidden tests and your mark {hidden}.",
        tests=say(SHOWN_WHEN[shown.terms.show_tests]),
        hidden=say(SHOWN_WHEN[shown.terms.show_hidden]),
    )


def attempts_in_words(left: int | None, most: int | None) -> str:
    """How many attempts are left."""
    if left is None:
        return say("As many attempts as you like.")
    if left == 1:
        return say("**1** of {most} attempts left.", most=most)
    return say("**{left}** of {most} attempts left.", left=left, most=most)


def mark_in_words(mark: MyMark | None) -> str:
    """The mark as far as it is shown; empty where there is nothing to say."""
    if mark is None or mark.points is None:
        return ""
    return say("Your mark: **{points:.4g}** of {of:.4g}.", points=mark.points, of=mark.of)
