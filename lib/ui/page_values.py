"""What was typed on a page waits in one dictionary while other pages are open, and stands there again on the way back.

Streamlit goes through everything that a session holds whenever it draws a field. Fields that are bound to the address
keep their values in the session by themselves, so that after twenty pages each field cost several times as much.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.state import SafeSessionState
from streamlit.runtime.state.session_state_proxy import get_session_state

KEPT = "page_values"  # in the session: page → key → value, of pages that are not on the screen
SHOWN = "page_values_shown"


def turn_to(shown: Collection[str], every: Collection[str]) -> None:
    """Before anything is drawn: puts away what belongs to other pages, and brings back what belongs to these.

    A key belongs to the page whose name it begins with: huber_loss_input to huber_loss. `every` names all pages that
    keep values so; `shown` those whose values may be on the screen now. What the address says goes before what was
    kept. After Back and Forward it counts alone, unless it says nothing of the page: then nothing that was typed goes.
    """
    context = get_script_run_ctx()
    if context is None:
        return
    bare = not any(page_of(name, every) in shown for name in st.query_params)
    emptied = bare and context.is_history_navigation  # Streamlit would empty every field that the address does not name
    if st.session_state.get(SHOWN) == (shown := frozenset(shown)) and not emptied:
        return
    if emptied:
        context.is_history_navigation = False
    st.session_state[SHOWN] = shown
    kept: dict[str, dict[str, Any]] = st.session_state.setdefault(KEPT, {})
    _put_away(kept, every, () if emptied else shown)
    _bring_back({key: value for page in shown for key, value in kept.pop(page, {}).items()})


def forget(page: str) -> None:
    """Nothing comes back when the page is opened again; for callbacks that fill its fields anew."""
    st.session_state.get(KEPT, {}).pop(page, None)


def page_of(key: str, every: Collection[str]) -> str:
    """The page that a key belongs to: the longest name that it begins with; empty if there is none."""
    words = key.split("_")
    names = ("_".join(words[:count]) for count in range(len(words) - 1, 0, -1))
    return next((name for name in names if name in every), "")


def _put_away(kept: dict[str, dict[str, Any]], every: Collection[str], shown: Collection[str]) -> None:
    for key, value in st.session_state.to_dict().items():
        page = page_of(key, every)
        if page and page not in shown and not _is_streamlits(value):
            kept.setdefault(page, {})[key] = value
            del st.session_state[key]


def _is_streamlits(value: Any) -> bool:
    """A file, or what a component told: Streamlit drops it with its field."""
    return type(value).__module__.partition(".")[0] == "streamlit"


def _bring_back(values: dict[str, Any]) -> None:
    """Puts values where Streamlit itself keeps those of fields that are away: it then writes them into the address.

    A value that is assigned, as through st.session_state, would stand in the field and not in the address.
    """
    state: Any = get_session_state()
    while isinstance(state, SafeSessionState):
        state = state._state
    state._old_state |= {key: value for key, value in values.items() if key not in st.session_state}
