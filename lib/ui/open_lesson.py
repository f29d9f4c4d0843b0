"""A link that opens a lesson on fitting numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from lib.catalog import ENTROPY, LOSSES
from lib.ui.fields import link_values
from lib.ui.text import say


def open_lesson(slug: str, example: str = "", values: Mapping[str, Any] | None = None, label: str = "") -> None:
    """The link, on these values or on the example with this title; nothing where there is no such page."""
    page = st.session_state["pages"].get(slug) if slug else None
    if page is None:
        return
    lesson = {**ENTROPY, **LOSSES}.get(slug)
    if lesson is not None and values is None:
        values = next((e.values for e in lesson.examples if e.title == example), None)
    st.page_link(
        page,
        label=label or say("Open {title}", title=page.title),
        icon=":material/arrow_forward:",
        query_params=link_values(lesson, values) if lesson is not None and values else None,
        width="content",
    )
