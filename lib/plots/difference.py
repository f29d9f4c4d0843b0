"""Where an answer parts from what was expected, as a picture: for arrays that are too large to read."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from lib.plots.frame import LEGEND_ON_TOP, axis, figure, sentence

MOST_SHOWN = 200  # along each side


def difference(got: np.ndarray, expected: np.ndarray) -> go.Figure:
    """Two lines for one dimension; for more, a map of got − expected, all leading dimensions stacked as rows."""
    if got.ndim < 2:
        return _lines(np.atleast_1d(got)[:MOST_SHOWN], np.atleast_1d(expected)[:MOST_SHOWN])
    with np.errstate(all="ignore"):
        off = got.astype(np.float64) - expected.astype(np.float64)
    return _map(off.reshape(-1, off.shape[-1])[:MOST_SHOWN, :MOST_SHOWN])


def _lines(got: np.ndarray, expected: np.ndarray) -> go.Figure:
    places = list(range(len(got)))
    shown = (("expected", expected, "dot"), ("got", got, "solid"))
    traces = [
        {"type": "scatter", "mode": "lines", "name": name, "x": places, "y": _plain(values), "line": {"dash": dash}}
        for name, values, dash in shown
    ]
    return figure(traces, xaxis=axis("index"), yaxis=axis("value"), showlegend=True, legend=LEGEND_ON_TOP)


def _map(off: np.ndarray) -> go.Figure:
    finite = np.abs(off[np.isfinite(off)])
    if not finite.size or not finite.max():
        return sentence("Wherever both are finite, they are the same.")
    trace = {
        "type": "heatmap",
        "z": [_plain(row) for row in off],
        "autocolorscale": True,
        "zmid": 0,
        "hoverongaps": False,
        "colorbar": {"title": {"text": "got − expected", "side": "right"}, "thickness": 12, "outlinewidth": 0},
        "hovertemplate": "[%{y}, %{x}]: off by %{z:.4g}<extra></extra>",
    }
    return figure([trace], xaxis=axis("last index"), yaxis=axis("row", autorange="reversed"))


def _plain(values: np.ndarray) -> list[float | None]:
    """Numbers that JSON can carry: a gap where a number is not finite."""
    return [float(value) if np.isfinite(value) else None for value in values]
