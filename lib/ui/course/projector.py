"""The way to an assignment for a room full of people: an address to be read from the last row, and its QR code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import streamlit as st

from lib.ui.budget import said_in_words
from lib.ui.course.short_links import short_path
from lib.ui.qr_picture import qr_picture
from lib.ui.text import plain, say

if TYPE_CHECKING:
    from lib.course.lessons import AskedLesson

CSS = """
<style>
.st-key-projector p { font-size: clamp(1.1rem, 3vw, 2.4rem); line-height: 1.3; overflow-wrap: anywhere;
  font-family: var(--st-code-font, monospace); font-weight: 600; }
</style>
"""


def address_of(assignment_id: int, lesson_id: int | None = None) -> str:
    """The short address of the assignment, or of one of its lessons, on the server that this page comes from."""
    here = urlsplit(st.context.url or "")
    return f"{here.scheme}://{here.netloc}{short_path(assignment_id, lesson_id)}"


def projector(assignment_id: int, lessons: Sequence[AskedLesson] = ()) -> None:
    """Folded until it is needed. An address too long for a code of a readable size stands there alone."""
    st.html(CSS)
    with st.expander(say("For the projector"), icon=":material/co_present:"):
        address = address_of(assignment_id, _lesson(lessons) if lessons else None)
        with st.container(key="projector"):
            st.markdown(plain(address))
            with said_in_words():
                qr_picture(address, "qr_code")


def _lesson(lessons: Sequence[AskedLesson]) -> int | None:
    """To which lesson it leads; None: to the whole assignment."""
    titles = {0: say("the whole assignment"), **{one.id: say("Lesson: {title}", title=one.title) for one in lessons}}
    return st.selectbox(say("Leads to"), list(titles), format_func=titles.__getitem__, key="projector_leads_to") or None
