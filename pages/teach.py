"""How to host a class: docs/class.md, for whoever comes to teach where none is hosted yet."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import streamlit as st

from lib.ui.page import Page
from lib.ui.page_title import page_title
from lib.ui.text import say

PAGE = Page(
    title="Teach a class",
    group="",
    order=0,
    names=("教师指南", "host a class", "assignments"),
    purpose="What a class in the app can do, and how to host one.",
)
GUIDE = Path(__file__).parents[1] / "docs" / "class.md"


def render() -> None:
    """The whole page."""
    page_title(PAGE)
    st.markdown(say("No class is hosted on this server. This is how one is; `docs/` holds the same and more."))
    st.markdown(_guide())


@cache
def _guide() -> str:
    """The guide without its title; links to files beside it, which are no pages, become their names."""
    text = GUIDE.read_text(encoding="utf-8").partition("\n")[2]
    return re.sub(r"\[([^\]]+)\]\((?!https?://)[^)]+\)", r"`\1`", text)
