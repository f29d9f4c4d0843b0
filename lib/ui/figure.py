"""A figure on the page."""

from __future__ import annotations

import pandas  # noqa: F401  # whole before the first chart: Plotly takes what another thread is still importing
import plotly.graph_objects as go
import streamlit as st

from lib.plots.words import in_words
from lib.ui.text import say


def show_figure(figure: go.Figure, key: str, alt: str) -> None:
    """The figure without Plotly's own buttons. A screen reader gets `alt`, and what the figure shows in words."""
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=in_words(figure, say(alt)))
