"""The title of a page that is not a lesson, with the button that copies the page's address."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from lib.lesson.spec import Topic
from lib.ui.copy_link import copy_link
from lib.ui.fields import key_of
from lib.ui.page import Page
from lib.ui.terms import marked
from lib.ui.text import say


def page_title(page: Page, beside: Callable[[], None] | None = None) -> None:
    """`beside` draws something small between the title and the button."""
    shares = [0.85, 0.15] if beside is None else [0.66, 0.19, 0.15]
    title, *middle, link = st.columns(shares, vertical_alignment="center", gap="small")
    title.title(say(page.title), anchor=False)
    if beside is not None:
        with middle[0]:
            beside()
    with link:
        copy_link()


def worked_page_title(page: Page, lesson: Topic) -> None:
    """For a page with a hand calculation of its own: below the title its Chinese name, purpose and formula."""
    page_title(page)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=key_of(lesson, "what")):
        st.markdown(f"{marked(lesson.names[0])} · {say(page.purpose)}", width="content", unsafe_allow_html=True)
        st.markdown(f"${lesson.formula}$", width="content")
