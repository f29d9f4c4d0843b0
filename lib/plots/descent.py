"""Gradient descent on y = (2x)² in pictures: the walk, its losses, many rates, and the slopes around a point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lib.plots.frame import ACCENT, DASHES, LEGEND_ON_TOP, QUIET, axis, figure, label, sentence
from lib.training.descent import directions
from lib.training.descent.descent import BORDER, FAR, Path, drawn, factor_of

LEAST_REACH = 3.0  # the parabola is drawn at least this far to both sides
LEAST_LOSS = 1e-14  # smaller ones lie below the picture
SIDE = 41  # of the grid that the contour is drawn from


def walk(path: Path) -> go.Figure:
    """The iterations on the parabola, joined in order, up to where a walk that diverges leaves the picture."""
    x, y = path.x[: drawn(path)], path.y[: drawn(path)]
    reach = max(LEAST_REACH, 1.1 * float(np.abs(x).max()))
    line = np.linspace(-reach, reach, 121)
    parabola = {"type": "scatter", "mode": "lines", "x": line, "y": (2 * line) ** 2, "hoverinfo": "skip"}
    return figure([{**parabola, "line": {"color": QUIET}}, _steps(x, y)], xaxis=axis("x"), yaxis=axis("y = 4x²"))


def _steps(x: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": x,
        "y": y,
        "line": {"color": ACCENT, "width": 1.5},
        "marker": {"color": ACCENT, "size": [12, *[8] * (len(x) - 1)]},
        "customdata": np.arange(len(x)),
        "hovertemplate": "iteration %{customdata}<br>x = %{x:.4g}<br>y = %{y:.4g}<extra></extra>",
    }


def losses(path: Path) -> go.Figure:
    """The loss at each iteration on a logarithmic scale, which has no place for 0: a note says from where it is 0."""
    y = path.y[: drawn(path)]
    zeros = np.flatnonzero(y == 0)
    if zeros.size == len(y):
        return sentence("The loss is 0 from the start: x = 0 is the minimum.")
    trace = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": np.arange(len(y)),
        "y": np.where(y > 0, y, np.nan),
        "line": {"color": ACCENT, "width": 1.5},
        "marker": {"color": ACCENT, "size": 8},
        "hovertemplate": "iteration %{x}<br>loss = %{y:.4g}<extra></extra>",
    }
    return figure(
        [trace],
        xaxis=axis("iteration", range=[-0.5, max(len(path.y) - 0.5, 1.5)]),
        yaxis=axis("loss", type="log", exponentformat="power", **_decades(y)),
        annotations=_notes(y, len(path.y), zeros),
    )


def _decades(y: np.ndarray) -> dict[str, Any]:
    """The vertical range in powers of ten, at least four of them."""
    shown = np.log10(np.clip(y[y > 0], LEAST_LOSS, None))
    low, high = float(shown.min()) - 0.3, float(shown.max()) + 0.5
    return {"range": [min(low, high - 4), high]}


def _notes(y: np.ndarray, iterations: int, zeros: np.ndarray) -> list[dict[str, Any]]:
    """What the scale cannot show, in words in the picture."""
    texts = []
    if zeros.size:
        texts.append(f"exactly 0 from iteration {zeros[0]} on")
    if len(y) < iterations:
        texts.append(f"beyond {FAR:,.0f} at iteration {len(y) - 1}")
    place = {"xref": "paper", "yref": "paper", "x": 0.98, "xanchor": "right", "showarrow": False}
    return [{**place, "y": 0.06 if zeros.size else 0.94, "text": text} for text in texts]


def shrinking(lr: float) -> go.Figure:
    """How far from 0 one update leaves x, for each learning rate: below 1 it converges, above it explodes."""
    end = max(1.4 * BORDER, 1.1 * lr)
    rates = np.union1d(np.linspace(0, end, 71), [BORDER / 2, BORDER])
    size = np.abs(factor_of(rates))
    curve = {
        "type": "scatter",
        "mode": "lines",
        "x": rates,
        "y": size,
        "hovertemplate": "lr = %{x:.4g}<br>|1 − 8 lr| = %{y:.4g}<extra></extra>",
    }
    now = {
        "type": "scatter",
        "mode": "markers+text",
        "x": [lr],
        "y": [abs(factor_of(lr))],
        "text": [label(abs(factor_of(lr)))],
        "textposition": "top left" if lr > BORDER / 2 else "top right",
        "marker": {"color": ACCENT, "size": 11},
        "hovertemplate": "now: lr = %{x:.4g}<br>|1 − 8 lr| = %{y:.4g}<extra></extra>",
    }
    border = {
        "type": "line",
        "x0": 0,
        "x1": 1,
        "xref": "paper",
        "y0": 1,
        "y1": 1,
        "line": {"color": QUIET, "dash": "dot"},
    }
    return figure(
        [curve, now],
        xaxis=axis("learning rate", tickvals=_rates_to_name(end), tickformat=".3~f", range=[0, end]),
        yaxis=axis("|1 − 8 lr|", range=[0, 1.15 * max(1.3, float(size.max()))]),
        shapes=[border],
    )


def _rates_to_name(end: float) -> list[float]:
    """⅛ and ¼, and further whole steps where the picture reaches them."""
    return [0, BORDER / 2, BORDER, *np.arange(0.5, end, 0.25)]


def sweep(rates: Sequence[float], y: np.ndarray) -> go.Figure:
    """Losses (iterations, rates), a line for each rate: solid where it converges, else dashed up to FAR."""
    traces = [_rate(rate, column, bool(abs(factor_of(rate)) > 1)) for rate, column in zip(rates, y.T, strict=True)]
    return figure(
        traces,
        xaxis=axis("iteration"),
        yaxis=axis("loss", type="log", exponentformat="power", range=[np.log10(LEAST_LOSS), np.log10(FAR) + 0.5]),
        showlegend=True,
        legend=LEGEND_ON_TOP,
        height=400,
    )


def _rate(rate: float, y: np.ndarray, diverges: bool) -> dict[str, Any]:
    shown = y[: drawn(Path(y, y, y))]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"{rate:.3f}{' ✗' if diverges else ''}",
        "x": np.arange(len(shown)),
        "y": np.where(shown > 0, shown, np.nan),
        "line": {"width": 2, "dash": DASHES[1] if diverges else DASHES[0]},
        "hovertemplate": f"lr {rate:.4g}<br>iteration %{{x}}<br>loss = %{{y:.4g}}<extra></extra>",
    }


def compass(point: directions.Point, degrees: float) -> go.Figure:
    """Lines of equal height around a point, with the gradient and the chosen direction as arrows of one length."""
    reach = 1.15 * max(2.0, *(abs(p) for p in point))
    ticks = np.linspace(-reach, reach, SIDE)
    heights = {
        "type": "contour",
        "x": ticks,
        "y": ticks,
        "z": directions.bowl(ticks[None, :], ticks[:, None]),
        "contours": {"coloring": "lines"},
        "ncontours": 14,
        "line": {"width": 1.2},
        "showscale": False,
        "hovertemplate": "a = %{x:.3g}<br>b = %{y:.3g}<br>f = %{z:.4g}<extra></extra>",
    }
    up = directions.steepest(point)
    arrows = [_arrow(point, degrees, 0.45 * reach, "direction", ACCENT)]
    if up is not None:
        arrows.insert(0, _arrow(point, up, 0.45 * reach, "gradient", QUIET))
    return figure(
        [heights, *arrows],
        xaxis=axis("a", range=[-reach, reach], constrain="domain"),
        yaxis=axis("b", range=[-reach, reach], scaleanchor="x", constrain="domain"),
        showlegend=True,
        legend=LEGEND_ON_TOP,
        height=360,
    )


def _arrow(point: directions.Point, degrees: float, length: float, name: str, colour: str) -> dict[str, Any]:
    a, b = np.asarray(point) + length * directions.unit(degrees)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": [point[0], float(a)],
        "y": [point[1], float(b)],
        "line": {"color": colour, "width": 3},
        "marker": {"color": colour, "size": [7, 15], "symbol": ["circle", "arrow"], "angleref": "previous"},
        "hoverinfo": "skip",
    }


def slopes_around(point: directions.Point, degrees: float) -> go.Figure:
    """The slope in every direction: a cosine with its top where the gradient points."""
    around = np.arange(0, 361, 5.0)
    now = float(directions.slope(point, degrees))
    curve = {
        "type": "scatter",
        "mode": "lines",
        "x": around,
        "y": directions.slope(point, around),
        "hovertemplate": "%{x}°: slope %{y:.4g}<extra></extra>",
    }
    marker = {
        "type": "scatter",
        "mode": "markers+text",
        "x": [degrees],
        "y": [now],
        "text": [label(now)],
        "textposition": "top left" if degrees > 300 else "top right",
        "cliponaxis": False,
        "marker": {"color": ACCENT, "size": 11},
        "hovertemplate": "%{x}°: slope %{y:.4g}<extra></extra>",
    }
    most = 1.3 * max(1.0, float(np.linalg.norm(directions.gradient(point))))
    return figure(
        [curve, marker],
        xaxis=axis("direction in degrees", range=[0, 360], tickvals=list(range(0, 361, 90))),
        yaxis=axis("slope", range=[-most, most], zeroline=True, zerolinecolor=QUIET),
        **_upright(directions.steepest(point)),
        height=360,
    )


def _upright(steepest: float | None) -> dict[str, Any]:
    """A line at the gradient's angle, with its name on the side that has room."""
    if steepest is None:
        return {}
    line = {"type": "line", "x0": steepest, "x1": steepest, "y0": 0, "y1": 1, "yref": "paper"}
    name = {"text": "gradient", "x": steepest, "y": 1, "yref": "paper", "yanchor": "top", "showarrow": False}
    side = "right" if steepest > 270 else "left"
    return {
        "shapes": [{**line, "line": {"color": QUIET, "dash": "dot"}}],
        "annotations": [{**name, "xanchor": side}],
    }
