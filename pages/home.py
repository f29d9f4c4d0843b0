"""The home page, one screen: something to try, the path with progress, and doors for whoever brings something along."""

from __future__ import annotations

import streamlit as st

from lib.catalog import TOPICS
from lib.practice.path import IN_ORDER
from lib.ui.five_a_day import five_a_day
from lib.ui.home.doors import doors
from lib.ui.home.first_steps import first_steps, how_it_goes
from lib.ui.home.path_map import path_map
from lib.ui.home.style import CSS
from lib.ui.lesson_progress import has_results
from lib.ui.marks import exercises_solved, how_far, next_page
from lib.ui.text import say


def render() -> None:
    """The whole page."""
    st.html(CSS)
    states = how_far([*TOPICS, *IN_ORDER])
    is_new = all(state == "new" for state in states.values()) and not exercises_solved()
    here = next_page(states)
    _head(here, is_new)
    if not has_results():
        with st.container(key="beginning"):
            left, right = st.columns([0.64, 0.36], gap="small")
            with left:
                first_steps()
            with right:
                how_it_goes()
        path_map(states, here)
    else:
        with st.container(key="going_on"):
            left, right = st.columns([0.37, 0.63], gap="small")
            with left.container(key="five", height="stretch"):
                st.html(f'<h2 class="head">{say("Five a day")}</h2>')
                five_a_day()
            with right:
                path_map(states, here)
    doors()


def _head(here: str | None, is_new: bool) -> None:
    """What this is in a line, and the one solid button."""
    with st.container(key="home_head", horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        st.html(
            f'<h1>{say("Work PyTorch’s losses and optimizers out by hand")}</h1><p class="what">'
            + say("Step by step beside PyTorch’s number; a wrong one gets its likely mistake named. Then in NumPy.")
            + "</p>",
        )
        page = st.session_state["pages"][here or "exercises"]
        words = say("Start: {title}") if is_new else say("Continue: {title}")
        with st.container(key="go_on", width="content"):
            st.page_link(
                page,
                label=words.format(title=say(page.title)),
                icon=":material/arrow_forward:",
                icon_position="right",
                width="content",
            )
