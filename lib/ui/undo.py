"""Back to the numbers before: after another example, a change that was tried, or a number that was typed."""

from __future__ import annotations

from typing import Any

import streamlit as st

from lib.lesson.spec import Topic
from lib.ui.fields import current, example_texts, fill, key_of
from lib.ui.text import say

MOST_STEPS = 20


def undo_button(lesson: Topic) -> None:
    """Offers the numbers that stood in the fields before; the working that belongs to them comes back with them."""
    now = {name: current(lesson, name, default) for name, default in example_texts(lesson)[0].items()}
    standing, past = key_of(lesson, "numbers"), st.session_state.setdefault(key_of(lesson, "numbers_before"), [])
    before = st.session_state.get(standing)
    st.session_state[standing] = now
    if before is not None and _differ(before, now):
        past.append(before)
        del past[:-MOST_STEPS]
    if past:
        st.button(
            say("Undo"),
            key_of(lesson, "undo"),
            type="tertiary",
            icon=":material/undo:",
            on_click=_undo,
            args=(lesson,),
            help=say("The numbers before these, and what you had worked on them."),
        )


def _undo(lesson: Topic) -> None:
    before = st.session_state[key_of(lesson, "numbers_before")].pop()
    st.session_state[key_of(lesson, "numbers")] = before  # going back is no change to go back from
    fill(lesson, before)


def _differ(before: dict[str, Any], now: dict[str, Any]) -> bool:
    return {name: str(text) for name, text in before.items()} != {name: str(text) for name, text in now.items()}
