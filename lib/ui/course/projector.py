"""The way to an assignment for a room full of people: an address to be read from the last row, and its QR code."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st

from lib.ui.budget import said_in_words
from lib.ui.course.short_links import short_path
from lib.ui.qr_picture import qr_picture
from lib.ui.text import plain, say

CSS = """
<style>
.st-key-projector p { font-size: clamp(1.1rem, 3vw, 2.4rem); line-height: 1.3; overflow-wrap: anywhere;
  font-family: var(--st-code-font, monospace); font-weight: 600; }
</style>
"""


def address_of(assignment_id: int) -> str:
    """The short address of the assignment, on the server that this page comes from."""
    here = urlsplit(st.context.url or "")
    return f"{here.scheme}://{here.netloc}{short_path(assignment_id)}"


def projector(assignment_id: int) -> None:
    """Folded until it is needed. An address too long for a code of a readable size stands there alone."""
    st.html(CSS)
    with st.expander(say("For the projector"), icon=":material/co_present:"), st.container(key="projector"):
        address = address_of(assignment_id)
        st.markdown(plain(address))
        with said_in_words():
            qr_picture(address, "qr_code")
