"""How a class did: how many students are in each tenth of the points."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from lib.plots.frame import ACCENT, axis, figure

TENTHS = 10
OVER = 1 + 1e-9  # of a share: points by hand may be more than all


def tenths(shares: Sequence[float]) -> dict[str, int]:
    """How many shares of all points lie from 0 to just below 10 %, and so on; all of the points, and more, last."""
    counts = dict.fromkeys([*(f"{10 * n}–{10 * n + 10} %" for n in range(TENTHS)), "over 100 %"], 0)
    names = list(counts)
    for share in shares:
        counts[names[TENTHS if share > OVER else min(TENTHS - 1, int(share * TENTHS + 1e-9))]] += 1
    if not counts["over 100 %"]:
        del counts["over 100 %"]
    return counts


def distribution(shares: Sequence[float]) -> go.Figure:
    """A bar per tenth, with the number of students above it."""
    counts = tenths(shares)
    bars = {
        "type": "bar",
        "x": list(counts),
        "y": list(counts.values()),
        "text": [str(count) if count else "" for count in counts.values()],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": ACCENT},
        "hovertemplate": "%{x}: %{y}<extra></extra>",
    }
    most = max(counts.values())
    return figure(
        [bars],
        xaxis={**axis("share of the points"), "fixedrange": True},
        yaxis={**axis("students"), "fixedrange": True, "range": [0, 1.15 * max(most, 1)], "rangemode": "tozero"},
        height=260,
        bargap=0.15,
    )
