"""A slider with quick picks above it, which set the slider: only the slider's value is in the URL."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.ui.bound import BOUND


def slider_with_picks(
    label: str,
    key: str,
    options: Sequence[float],
    default: float,
    picks: Sequence[float],
) -> float:
    """The number chosen. `picks` and `default` are among the `options`."""
    above = st.container()
    chosen = st.select_slider(
        label,
        options,
        default,
        format_func=_plain,
        key=key,
        label_visibility="collapsed",
        **BOUND,
    )
    st.session_state[f"{key}_picks"] = chosen if chosen in picks else None
    with above:
        st.pills(
            label,
            picks,
            format_func=_plain,
            key=f"{key}_picks",
            on_change=_set_slider,
            args=(key,),
        )
    return chosen


def _plain(number: float) -> str:
    return f"{number:g}"


def _set_slider(key: str) -> None:
    picked = st.session_state[f"{key}_picks"]
    if picked is not None:  # a second click on a pick releases it; the slider stays where it is
        st.session_state[key] = picked
