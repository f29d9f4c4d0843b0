"""The frame that all figures share: transparent, small margins, colours left to the theme wherever it has one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

HEIGHT = 320
ACCENT = "#d8622c"  # the value as it stands now; the contrast is at least 3:1 on light paper and on dark
QUIET = "#8c857c"  # what is only for comparison
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")  # told apart without colour too

Trace = Mapping[str, Any]


def figure(traces: Sequence[Trace], **layout: Any) -> go.Figure:
    """A figure from traces and settings of the layout; axes come as `xaxis`, `yaxis`, …"""
    return go.Figure(data=[dict(trace) for trace in traces], layout={**_quiet_layout(), **layout})


def _quiet_layout() -> dict[str, Any]:
    return {
        "height": HEIGHT,
        "margin": {"l": 8, "r": 12, "t": 12, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "dragmode": False,  # a finger that scrolls the page must not zoom
        "hovermode": "closest",
    }


def axis(title: str, **more: Any) -> dict[str, Any]:
    """An axis of numbers with a title in plain words."""
    return {"title": {"text": title, "standoff": 12}, "automargin": True, "zeroline": False, **more}


LEGEND_ON_TOP = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "title": {"text": ""}}


def sentence(text: str) -> go.Figure:
    """Instead of a picture: why there is none."""
    hidden = {"visible": False, "range": [0, 1], "fixedrange": True}
    note = {"text": _wrapped(text), "x": 0.5, "y": 0.5, "showarrow": False, "font": {"size": 14}}
    return figure([], xaxis=hidden, yaxis=hidden, annotations=[note], height=HEIGHT // 2)


def _wrapped(text: str, most: int = 46) -> str:
    """Broken into lines that fit a phone."""
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)


def label(value: float, digits: int = 4) -> str:
    """A number as a figure writes it: a few significant digits, a real minus sign."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value + 0.0:.{digits}g}".replace("-", "−")


def place_label(index: Sequence[int]) -> str:
    """[0, 1], as it is written in code."""
    return f"[{', '.join(str(i) for i in index)}]"
