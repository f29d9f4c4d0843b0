"""Three ways to work a sheet, from being shown to being alone; and how much of it is filled in between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import streamlit as st

from lib.lesson.spec import Topic
from lib.ui.choices import standing
from lib.ui.fields import key_of
from lib.ui.text import say

Way = Literal["watch", "together", "alone"]

WAYS: Mapping[Way, str] = {"watch": "Watch", "together": "Together", "alone": "Alone"}
SAYS: Mapping[Way, str] = {
    "watch": "each step is shown to you",
    "together": "the formula is given, you put the numbers in",
    "alone": "only the results; PyTorch is covered",
}


def way_key(lesson: Topic) -> str:
    """Of the switch, and of its query parameter."""
    return key_of(lesson, "way")


def way_of(lesson: Topic, new: bool) -> Way:
    """How the learner works now: as chosen, or else being shown a lesson that is `new`."""
    chosen = standing(way_key(lesson))
    return chosen if chosen in WAYS else "watch" if new else "together"


def choose_way(lesson: Topic, now: Way) -> None:
    """The switch. What it was put to counts from the next run on, everywhere on the page."""
    key = way_key(lesson)
    st.session_state[f"{key}_switch"] = now
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_tools"):
        st.segmented_control(
            say("How to work"),
            list(WAYS),
            format_func=lambda way: say(WAYS[way]),
            key=f"{key}_switch",
            required=True,
            label_visibility="collapsed",
            on_change=_take_over,
            args=(lesson,),
        )
        st.markdown(f":gray[{say(SAYS[now])}]", width="content")


def _take_over(lesson: Topic) -> None:
    go(lesson, st.session_state[f"{way_key(lesson)}_switch"])


def go(lesson: Topic, way: Way, open_steps: int = 0, knows: bool = False) -> None:
    """For callbacks: works on in this way; together, with so many last steps open and the others filled in (0: all).

    `knows`: alone, and the result is all that is asked, for whoever knows the lesson already.
    """
    key = way_key(lesson)
    st.session_state[key] = st.query_params[key] = way
    st.session_state[_open_key(lesson)] = open_steps if way == "together" else 0
    st.session_state[_knows_key(lesson)] = knows


def open_steps(lesson: Topic) -> int:
    """How many of the last steps the learner fills in, working together; 0 for all of them."""
    return int(st.session_state.get(_open_key(lesson), 0))


def knows(lesson: Topic) -> bool:
    """Whether the learner said "I know this"."""
    return bool(st.session_state.get(_knows_key(lesson)))


def _open_key(lesson: Topic) -> str:
    return key_of(lesson, "open_steps")


def _knows_key(lesson: Topic) -> str:
    return key_of(lesson, "knows")
