"""Where an answer parts from what was expected, as a picture: for arrays that are too large to read."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from lib.plots.frame import axis, figure, sentence

MOST_SHOWN = 200  # along each side


def difference(got: np.ndarray, expected: np.ndarray) -> go.Figure:
    """got − expected: a line for one dimension; for more a map, all leading dimensions stacked as rows."""
    with np.errstate(all="ignore"):
        off = np.atleast_1d(got).astype(np.float64) - np.atleast_1d(expected).astype(np.float64)
    finite = np.abs(off[np.isfinite(off)])
    if not finite.size or not finite.max():
        return sentence("Wherever both are finite, they are the same.")
    if off.ndim < 2:
        return _line(off[:MOST_SHOWN])
    return _map(off.reshape(-1, off.shape[-1])[:MOST_SHOWN, :MOST_SHOWN])


def _line(off: np.ndarray) -> go.Figure:
    trace = {
        "type": "scatter",
        "mode": "lines",
        "x": list(range(len(off))),
        "y": _plain(off),
        "hovertemplate": "[%{x}]: off by %{y:.4g}<extra></extra>",
    }
    return figure([trace], xaxis=axis("index"), yaxis=axis("got − expected", zeroline=True))


def _map(off: np.ndarray) -> go.Figure:
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
