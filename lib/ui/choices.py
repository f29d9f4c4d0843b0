"""Choosing one of a few things: people read a label, while the session and the address hold a short id.

Streamlit's own binding would write the label into the address, and every saved link would break when it is worded
anew. So the id is written there by hand, and left out while it is the default.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from lib.ui.text import say

Draw = TypeVar("Draw", bound=Callable[..., None])
KEPT = "choices_kept"  # in the session: what was chosen, for when the learner comes back to a page


@dataclass(frozen=True)
class View(Generic[Draw]):
    """One of the views below a page's first screen: its label, and the function that draws it."""

    label: str
    draw: Draw


def choose_view(views: Mapping[str, View[Draw]], key: str, label: str = "") -> str:
    """The id of the view that is open; the first one until another is chosen."""
    labels = {name: say(view.label) for name, view in views.items()}
    return choice_row(label or say("View"), labels, key, wrap=True, label_visibility="collapsed")


def choice_row(label: str, options: Mapping[str, str], key: str, default: str = "", **looks: Any) -> str:
    """A row of buttons, one for each id and its label; the default, or else the first one, until another is chosen."""
    default = default or next(iter(options))
    settle(key, options, default)
    chosen: str = st.segmented_control(
        label, list(options), required=True, format_func=options.__getitem__, key=key, **looks
    )
    _note(key, chosen, default)
    return chosen


def answer_row(label: str, options: Mapping[str, str], key: str, **looks: Any) -> str | None:
    """A row of buttons of which one may be chosen; a second click on it takes the choice back."""
    settle(key, options, None)
    chosen: str | None = st.segmented_control(label, list(options), format_func=options.__getitem__, key=key, **looks)
    _note(key, chosen, None)
    return chosen


def choice_box(label: str, options: Mapping[str, str], key: str, default: str = "", **looks: Any) -> str:
    """A box that unfolds, with a line for each id; the default, or else the first one, until another is chosen."""
    default = default or next(iter(options))
    settle(key, options, default)
    chosen: str = st.selectbox(label, list(options), format_func=options.__getitem__, key=key, **looks)
    _note(key, chosen, default)
    return chosen


def standing(key: str, default: Any = None) -> Any:
    """What stands in a field before it is drawn: the session knows, or on a first visit the address."""
    kept = st.session_state.get(KEPT, {}).get(key, default)
    return st.session_state.get(key, st.query_params.get(key, kept))


def settle(key: str, ids: Collection[str], default: str | None) -> None:
    """Before the widget: on a first visit, and wherever the session holds no such id, puts one there.

    The address comes first, then what was chosen on an earlier visit. After Back or Forward the address alone counts.
    """
    state, moved = st.session_state, _moved_in_history()
    if key in state and (state[key] in ids or state[key] == default) and not moved:
        return
    asked = st.query_params.get(key)
    before = None if key in state or moved else state.get(KEPT, {}).get(key)
    state[key] = next((wanted for wanted in (asked, before) if wanted in ids), default)


def _note(key: str, chosen: str | None, default: str | None) -> None:
    """After the widget: writes the choice into the address, and keeps it for a later visit."""
    st.session_state.setdefault(KEPT, {})[key] = chosen
    if chosen is not None and chosen != default:
        if st.query_params.get(key) != chosen:
            st.query_params[key] = chosen
    elif key in st.query_params:
        del st.query_params[key]


def _moved_in_history() -> bool:
    """Whether this run answers the browser's Back or Forward."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation
