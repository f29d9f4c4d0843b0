"""What was typed on a page waits in one dictionary while other pages are open, and stands there again on the way back.

Streamlit goes through everything that a session holds whenever it draws a field. Fields that are bound to the address
keep their values in the session by themselves, so that after twenty pages each field cost several times as much.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import streamlit as st

KEPT = "page_values"  # in the session: page → key → value, of pages that are not on the screen
HERE = "page_values_of"


def turn_to(shown: Collection[str], every: Collection[str]) -> None:
    """Before anything is drawn: puts away what belongs to other pages, and brings back what belongs to these.

    A key belongs to the page whose name it begins with: huber_loss_input to huber_loss. `every` names all pages that
    keep values so; `shown` those whose values may be on the screen now. Values come back as Streamlit's own do, in a
    run of their own: the address goes before them, and then shows them.
    """
    shown = frozenset(shown)
    if st.session_state.get(HERE) == shown:
        return
    st.session_state[HERE] = shown
    kept: dict[str, dict[str, Any]] = st.session_state.setdefault(KEPT, {})
    for key, value in st.session_state.to_dict().items():
        page = page_of(key, every)
        if page and page not in shown and not _is_streamlits(value):
            kept.setdefault(page, {})[key] = value
            del st.session_state[key]
    back = {key: value for page in shown for key, value in kept.pop(page, {}).items()}
    if new := {key: value for key, value in back.items() if key not in st.session_state}:
        st.session_state.update(new)
        st.rerun()


def _is_streamlits(value: Any) -> bool:
    """A file, or what a component told: Streamlit drops it with its field."""
    return type(value).__module__.partition(".")[0] == "streamlit"


def forget(page: str) -> None:
    """Nothing comes back when the page is opened again; for callbacks that fill its fields anew."""
    st.session_state.get(KEPT, {}).pop(page, None)


def page_of(key: str, every: Collection[str]) -> str:
    """The page that a key belongs to: the longest name that it begins with; empty if there is none."""
    words = key.split("_")
    names = ("_".join(words[:count]) for count in range(len(words) - 1, 0, -1))
    return next((name for name in names if name in every), "")
