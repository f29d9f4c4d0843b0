"""What goes wrong in practice, and where to read on."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from lib.lesson.spec import Pitfall, Reference
from lib.ui.text import say


def show_pitfalls(pitfalls: Iterable[Pitfall]) -> None:
    """Each with PyTorch's own error text of today, where it raises."""
    for pitfall in pitfalls:
        st.markdown(f"**{say(pitfall.title)}**  \n{say(pitfall.says)}")
        if pitfall.error:
            st.code(pitfall.error, language=None, wrap_lines=True)


def show_references(references: Iterable[Reference]) -> None:
    st.markdown(say("**References**") + "\n" + links(references))


def links(references: Iterable[Reference]) -> str:
    """A list of links, in Markdown."""
    return "\n".join(f"- [{say(reference.text)}]({reference.url})" for reference in references)
