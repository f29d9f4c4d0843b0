"""Five a day on a page of their own, with an address to keep as a bookmark."""

from __future__ import annotations

import streamlit as st

from lib.ui.five_a_day import five_a_day
from lib.ui.page import Page
from lib.ui.text import say

PAGE = Page(
    title="Five a day",
    group="guides",
    order=90,
    names=("每日五题", "daily questions", "quiz", "review", "spaced repetition"),
    purpose="Five small questions a day on what you have worked, those first that you fell for.",
)


def render() -> None:
    """The whole page."""
    st.title(say(PAGE.title), anchor=False)
    five_a_day()
