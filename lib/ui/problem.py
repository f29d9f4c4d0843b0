"""What stands in the way, in plain words: under a field, or in place of what the page would show."""

from __future__ import annotations

import streamlit as st

from lib.ui.text import coloured, say, say_error


def show_problem(error: Exception) -> None:
    """In red, under the field that it is about."""
    st.caption(coloured("red", say_error(error)))


def show_refusal(refusal: Exception | None) -> None:
    """Our sentence, or that PyTorch refuses what we found nothing wrong with."""
    st.error(say_error(refusal) if refusal else say("PyTorch does not take these values."))


def show_torchs_words(text: str) -> None:
    """PyTorch's own message, where there is one."""
    if text:
        st.caption(say("PyTorch says"))
        st.code(text.strip(), language=None, wrap_lines=True)
