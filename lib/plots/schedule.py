"""The learning rate over the epochs, by hand and by torch, with the epoch at work marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lib.plots.frame import ACCENT, DASHES, LEGEND_ON_TOP, axis, figure, sentence

HEIGHT = 270


def rate_curve(by_hand: np.ndarray, by_torch: np.ndarray, epoch: int, what: str = "learning rate") -> go.Figure:
    """Torch's line, our numbers as points on it, a ring around the chosen epoch. A learning rate's axis begins at 0."""
    if not np.isfinite(by_torch).any():
        return sentence("No learning rate of this schedule is finite.")
    epochs = np.arange(len(by_torch))
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "PyTorch",
            "x": epochs,
            "y": by_torch,
            "line": {"width": 2, "shape": "hv"},
            "hovertemplate": "PyTorch, epoch %{x}: %{y:.5g}<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "name": "by hand",
            "x": epochs,
            "y": by_hand,
            "marker": {"size": 5, "color": ACCENT},
            "cliponaxis": False,  # a point at 0 is not cut in half
            "hovertemplate": "by hand, epoch %{x}: %{y:.5g}<extra></extra>",
        },
        _ring(epoch, by_hand[epoch]),
    ]
    return figure(
        traces,
        xaxis=axis("epoch"),
        yaxis=axis(what, **(_heights if what == "learning rate" else _around)(np.append(by_torch, by_hand))),
        showlegend=True,
        legend=LEGEND_ON_TOP,
        height=HEIGHT,
    )


def _heights(rates: np.ndarray) -> dict[str, Any]:
    """From 0 to a little above the highest: a rate that never changes is seen to be level, and how high."""
    finite = rates[np.isfinite(rates)]
    low, high = float(finite.min(initial=0.0)), float(finite.max(initial=0.0))
    room = 0.08 * (high - low) or 1.0
    return {"range": [low - room * (low < 0), high + room * (high > 0 or low == high)]}


def _around(metrics: np.ndarray) -> dict[str, Any]:
    """Room above and below what never changes, by its own size; else as the numbers ask for."""
    finite = metrics[np.isfinite(metrics)]
    if not finite.size or np.ptp(finite) > 1e-6 * np.abs(finite).max():
        return {}
    half = 0.5 * abs(float(finite[0])) or 1.0
    return {"range": [float(finite[0]) - half, float(finite[0]) + half]}


def metric_curve(metrics: np.ndarray, epoch: int) -> go.Figure:
    """What a schedule watches, after each epoch; the ring is what it saw before it set the chosen epoch's rate."""
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": np.arange(len(metrics)),
        "y": metrics,
        "line": {"width": 2},
        "marker": {"size": 5},
        "hovertemplate": "after epoch %{x}: %{y:.5g}<extra></extra>",
    }
    ring = _ring(epoch - 1, metrics[epoch - 1]) if epoch else {"type": "scatter"}
    return figure(
        [line, ring], xaxis=axis("epoch"), yaxis=axis("metric after the epoch", **_around(metrics)), height=HEIGHT
    )


def _ring(epoch: int, value: float) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [epoch],
        "y": [value],
        "marker": {"size": 15, "symbol": "circle-open", "color": ACCENT, "line": {"width": 3}},
        "showlegend": False,
        "hoverinfo": "skip",
    }


def rate_lines(named: Mapping[str, np.ndarray]) -> go.Figure:
    """One line per schedule."""
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": np.arange(len(rates)),
            "y": rates,
            "line": {"dash": dash, "width": 2.2, "shape": "hv"},
            "hovertemplate": f"{name}, epoch %{{x}}: %{{y:.4g}}<extra></extra>",
        }
        for (name, rates), dash in zip(named.items(), DASHES * 3, strict=False)
    ]
    return figure(
        traces,
        xaxis=axis("epoch"),
        yaxis=axis("learning rate", **_heights(np.concatenate([np.zeros(1), *named.values()]))),
        showlegend=True,
        legend=LEGEND_ON_TOP,
        hovermode="x",
        height=360,
    )
