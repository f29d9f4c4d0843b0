"""The way to an assignment for a room full of people: an address to be read from the last row, and its QR code."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st

from lib.ui.budget import said_in_words
from lib.ui.course.qr import as_svg, qr_code
from lib.ui.text import plain, say

CSS = """
<style>
.st-key-projector p { font-size: clamp(1.1rem, 3vw, 2.4rem); line-height: 1.3; overflow-wrap: anywhere;
  font-family: var(--st-code-font, monospace); font-weight: 600; }
.st-key-projector svg { display: block; width: min(24rem, 100%); }
</style>
"""


def address_of(assignment_id: int) -> str:
    """Where students find the assignment, as this page's own address has it."""
    here = urlsplit(st.context.url or "")
    folder = here.path.rpartition("/")[0]
    return f"{here.scheme}://{here.netloc}{folder}/assignment?assignment={assignment_id}"


def projector(assignment_id: int) -> None:
    """Folded until it is needed. An address too long for a code of a readable size stands there alone."""
    st.html(CSS)
    with st.expander(say("For the projector"), icon=":material/co_present:"), st.container(key="projector"):
        address = address_of(assignment_id)
        st.markdown(plain(address))
        with said_in_words():
            st.html(as_svg(qr_code(address), say("QR code of this address: {address}", address=address)))
