"""A button that hands out a file."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st


def download(label: str, content: str | bytes | Callable[[], str | bytes], name: str, mime: str | None = None) -> None:
    """`content` may be a function: then the file is made when it is asked for, and not before."""
    st.download_button(label, content, name, mime, on_click="ignore", icon=":material/download:")
