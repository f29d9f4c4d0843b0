"""Exponential averages in pictures: a series smoothed, the weights behind it, momentum's losses, and SGD's buffer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lib.plots.frame import ACCENT, DASHES, LEGEND_ON_TOP, QUIET, axis, figure
from lib.training.descent.averages import averages, buffers, memory, weights

LEAST_LOSS = 1e-22  # smaller ones lie below the picture


def smoothed(series: np.ndarray, beta: float, day: int) -> go.Figure:
    """The numbers, their average from a start at 0, and the corrected one; the day that is worked is marked."""
    raw, corrected = averages(series, beta)
    days = np.arange(1, len(series) + 1)
    numbers = {"mode": "markers", "marker": {"size": 9, "color": QUIET}}
    traces = [
        _line("average from 0", days, raw, line={"dash": DASHES[1], "width": 2.5}),
        _line("corrected", days, corrected, line={"width": 2.5}),
        _line("numbers", days, series, **numbers),
        _line("day worked", [day], [corrected[day - 1]], mode="markers", marker={"color": ACCENT, "size": 12}),
    ]
    return _with_legend(traces, axis("day", dtick=1 if len(series) <= 20 else None), axis("value"))


def shares(series: np.ndarray, beta: float, day: int) -> go.Figure:
    """How much each number counts in the average of that day, before and after the correction."""
    days = np.arange(1, day + 1)
    before = weights(beta, day)[::-1]
    traces = [
        {"type": "bar", "name": "from 0", "x": days, "y": before},
        {"type": "bar", "name": "corrected", "x": days, "y": before / before.sum()},
    ]
    for trace in traces:
        trace["hovertemplate"] = "day %{x}: %{y:.4f}<extra></extra>"
    return _with_legend(traces, axis("day", dtick=1 if day <= 20 else None), axis("weight", rangemode="tozero"))


def fading(betas: Sequence[float], chosen: float, days: int) -> go.Figure:
    """The weight of a number by its age, a line for each β, with a mark at the memory 1/(1 − β)."""
    ages = np.arange(days)
    traces = []
    for beta, dash in zip(betas, DASHES, strict=False):
        width = 4 if beta == chosen else 2
        traces.append(_line(f"β {beta:g}", ages, weights(beta, days), line={"dash": dash, "width": width}))
    marks = [beta for beta in betas if memory(beta) < days]
    at = [memory(beta) for beta in marks]
    sizes = [(1 - beta) * beta ** memory(beta) for beta in marks]
    traces.append(
        _line("1/(1 − β)", at, sizes, mode="markers", marker={"color": QUIET, "size": 9, "symbol": "diamond"})
    )
    return _with_legend(traces, axis("age in days", range=[0, days - 1]), axis("weight", rangemode="tozero"))


def races(runs: Mapping[str, np.ndarray], level: float) -> go.Figure:
    """The loss at each iteration for several runs, on a logarithmic scale, with the level to get below."""
    traces = [
        _line(name, np.arange(len(y)), np.where(y > 0, y, np.nan), line={"dash": dash, "width": 2.5})
        for (name, y), dash in zip(runs.items(), DASHES * len(runs), strict=False)
    ]
    bar = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": level, "y1": level}
    shown = np.concatenate([y[np.isfinite(y) & (y > 0)] for y in runs.values()])
    low, high = np.log10(np.clip([shown.min(initial=1.0), shown.max(initial=1.0)], LEAST_LOSS, 1e12))
    figure_ = _with_legend(
        traces,
        axis("iteration"),
        axis("loss", type="log", exponentformat="power", range=[float(low) - 0.3, float(high) + 0.5]),
    )
    return figure_.update_layout(shapes=[{**bar, "line": {"color": ACCENT, "dash": "dot", "width": 2}}])


def crossings(runs: Mapping[str, np.ndarray]) -> go.Figure:
    """x at each iteration for several runs: who swings through 0."""
    traces = [
        _line(name, np.arange(len(x)), x, line={"dash": dash, "width": 2.5})
        for (name, x), dash in zip(runs.items(), DASHES * len(runs), strict=False)
    ]
    return _with_legend(traces, axis("iteration"), axis("x", zeroline=True, zerolinecolor=QUIET))


def buffer_and_average(gradients: np.ndarray, momentum: float, dampening: float, torch: np.ndarray) -> go.Figure:
    """SGD's buffer by hand and by torch, beside the average of the same gradients and the gradients themselves."""
    updates = np.arange(1, len(gradients) + 1)
    traces = [
        _line("gradients", updates, gradients, mode="markers", marker={"size": 7, "color": QUIET}),
        _line("buffer by hand", updates, buffers(gradients, momentum, dampening), line={"width": 2.5}),
        _line("buffer of torch", updates, torch, mode="markers", marker={"size": 9, "symbol": "circle-open"}),
        _line("average", updates, averages(gradients, momentum)[0], line={"dash": DASHES[1], "width": 2.5}),
    ]
    return _with_legend(traces, axis("update"), axis("value", rangemode="tozero"))


def _line(name: str, x: Any, y: Any, **more: Any) -> dict[str, Any]:
    hover = f"{name}<br>%{{x}}: %{{y:.4g}}<extra></extra>"
    return {"type": "scatter", "mode": "lines", "name": name, "x": x, "y": y, "hovertemplate": hover, **more}


def _with_legend(traces: Sequence[Mapping[str, Any]], xaxis: Mapping[str, Any], yaxis: Mapping[str, Any]) -> go.Figure:
    return figure(traces, xaxis=xaxis, yaxis=yaxis, showlegend=True, legend=LEGEND_ON_TOP)
