"""The way to an assignment for a room full of people: an address large enough to be read from the last row."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st

from lib.ui.text import plain, say

CSS = """
<style>
.st-key-projector p { font-size: clamp(1.1rem, 3.2vw, 2.6rem); line-height: 1.3; overflow-wrap: anywhere;
  font-family: var(--st-code-font, monospace); font-weight: 600; }
</style>
"""


def address_of(assignment_id: int) -> str:
    """Where students find the assignment, as this page's own address has it."""
    here = urlsplit(st.context.url or "")
    folder = here.path.rpartition("/")[0]
    return f"{here.scheme}://{here.netloc}{folder}/assignment?assignment={assignment_id}"


def projector(assignment_id: int) -> None:
    st.html(CSS)
    with st.expander(say("For the projector"), icon=":material/co_present:"), st.container(key="projector"):
        st.markdown(plain(address_of(assignment_id)))
