"""The way to an assignment for a room full of people: an address to be read from the last row, and its QR code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import streamlit as st

from lib.ui.budget import said_in_words
from lib.ui.course.qr import QUIET, as_path, qr_code
from lib.ui.course.short_links import short_path
from lib.ui.text import plain, say

if TYPE_CHECKING:
    from lib.course.lessons import AskedLesson

CSS = """
<style>
.st-key-projector p { font-size: clamp(1.1rem, 3vw, 2.4rem); line-height: 1.3; overflow-wrap: anywhere;
  font-family: var(--st-code-font, monospace); font-weight: 600; }
</style>
"""
# Dark on white in every theme. The words and the path are set, not parsed.
JS = """
export default function ({ data, parentElement }) {
  const svg = parentElement.querySelector("svg");
  svg.setAttribute("viewBox", `0 0 ${data.size} ${data.size}`);
  svg.setAttribute("aria-label", data.label);
  svg.querySelector("path").setAttribute("d", data.path);
}
"""
HTML = '<svg role="img"><rect width="100%" height="100%" fill="#fff"/><path fill="#000"/></svg>'
_drawn = st.components.v2.component(
    "qr_code", html=HTML, css="svg { display: block; width: min(22rem, 100%); aspect-ratio: 1; }", js=JS
)


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
                _draw(address)


def _lesson(lessons: Sequence[AskedLesson]) -> int | None:
    """To which lesson it leads; None: to the whole assignment."""
    titles = {0: say("the whole assignment"), **{one.id: say("Lesson: {title}", title=one.title) for one in lessons}}
    return st.selectbox(say("Leads to"), list(titles), format_func=titles.__getitem__, key="projector_leads_to") or None


def _draw(address: str) -> None:
    code = qr_code(address)
    label = say("QR code of this address: {address}", address=address)
    _drawn(data={"path": as_path(code), "size": len(code) + 2 * QUIET, "label": label}, key="qr_code")
