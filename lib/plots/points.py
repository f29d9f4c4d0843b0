"""Inputs as points and arrows: distances and angles to look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lib.lesson import run
from lib.lesson.spec import Lesson, Vectors
from lib.plots.frame import QUIET, axis, figure, label, sentence


def vectors(lesson: Lesson, values: Mapping[str, Any], spec: Vectors, index: tuple[int, ...]) -> go.Figure:
    """The chosen sample's vectors in the plane of their first two coordinates, with distances or the angle between."""
    given = run.given_values(lesson, values)
    whole = {name: _vector(given[name], index) for name in spec.tensors if isinstance(given.get(name), np.ndarray)}
    if not whole or not all(v.size for v in whole.values()):
        return sentence("There is nothing to draw: the tensors are empty.")
    if not all(np.isfinite(v).all() for v in whole.values()):
        return sentence("A coordinate is infinite or NaN, so there is no place to draw it.")
    points = {name: _in_plane(v) for name, v in whole.items()}
    traces = [_arrow(n, p) if spec.origin else _point(n, p) for n, p in points.items()]
    lines = [_line(points, whole, pair, float(given.get("p", 2.0))) for pair in spec.lines if set(pair) <= set(points)]
    return _plane([*traces, *lines], points, whole, spec)


def _vector(array: np.ndarray, index: tuple[int, ...]) -> np.ndarray:
    """The sample's own vector; a tensor with fewer samples is stretched over all of them."""
    array = np.atleast_1d(array)
    lead = array.shape[:-1]
    chosen = (*(0,) * len(lead), *index)[len(index) :] if lead else ()
    if 0 in array.shape:
        return np.zeros(0)
    return array[tuple(min(i, size - 1) for i, size in zip(chosen, lead, strict=True))].astype(np.float64)


def _in_plane(vector: np.ndarray) -> tuple[float, float]:
    return float(vector[0]), float(vector[1]) if vector.size > 1 else 0.0


def _point(name: str, at: tuple[float, float]) -> dict[str, Any]:
    return {
        **_named(name),
        "mode": "markers+text",
        "x": [at[0]],
        "y": [at[1]],
        "text": [name],
        "marker": {"size": 11},
    }


def _arrow(name: str, tip: tuple[float, float]) -> dict[str, Any]:
    """From zero to the tip."""
    return {
        **_named(name),
        "mode": "lines+markers+text",
        "x": [0.0, tip[0]],
        "y": [0.0, tip[1]],
        "text": ["", name],
        "line": {"width": 2.5},
        "marker": {"size": [0, 14], "symbol": "arrow", "angleref": "previous"},
    }


def _named(name: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "name": name,
        "textposition": "top center",
        "cliponaxis": False,
        "hovertemplate": f"{name}: (%{{x:.4g}}, %{{y:.4g}})<extra></extra>",
    }


def _line(
    points: Mapping[str, tuple[float, float]], whole: Mapping[str, np.ndarray], pair: tuple[str, str], p: float
) -> dict[str, Any]:
    """A line between two points that carries their distance: in all coordinates, by the lesson's own norm."""
    (ax, ay), (bx, by) = points[pair[0]], points[pair[1]]
    distance = label(float(np.linalg.norm(whole[pair[0]] - whole[pair[1]], ord=p)))
    return {
        "type": "scatter",
        "mode": "lines+text",
        "x": [ax, (ax + bx) / 2, bx],
        "y": [ay, (ay + by) / 2, by],
        "text": ["", distance, ""],
        "textposition": "middle right",
        "line": {"color": QUIET, "dash": "dot", "width": 2},
        "hovertemplate": f"{pair[0]} to {pair[1]}: {distance}<extra></extra>",
    }


def _plane(
    traces: list[dict[str, Any]],
    points: Mapping[str, tuple[float, float]],
    whole: Mapping[str, np.ndarray],
    spec: Vectors,
) -> go.Figure:
    """Equal units in both directions, or angles and distances would lie."""
    x, y = _ranges([*points.values(), *([(0.0, 0.0)] if spec.origin else [])])
    most = max(v.size for v in whole.values())
    rest = f" (of {most})" if most > 2 else ""
    return figure(
        traces,
        xaxis=axis("first coordinate", range=x, zeroline=True, constrain="domain"),
        yaxis=axis(f"second coordinate{rest}", range=y, zeroline=True, scaleanchor="x", constrain="domain"),
        annotations=[_angle(list(whole.values()))] if spec.origin and len(whole) > 1 else [],
        margin={"l": 8, "r": 12, "t": 30, "b": 8},
        height=360,
    )


def _ranges(points: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    """Room around all points, for their names too."""
    corners = np.array(points)
    low, high = corners.min(axis=0), corners.max(axis=0)
    room = 0.25 * max(float((high - low).max()), 1e-3 * float(np.abs(corners).max()), 1e-9)
    return [low[0] - room, high[0] + room], [low[1] - room, high[1] + room]


def _angle(vectors: list[np.ndarray]) -> dict[str, Any]:
    """The angle between the first two, in all their coordinates."""
    a, b = vectors[:2]
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    cosine = float(np.clip(a @ b / lengths, -1, 1)) if lengths and a.size == b.size else np.nan
    text = f"angle {np.degrees(np.arccos(cosine)):.0f}°, cosine {label(cosine)}" if np.isfinite(cosine) else "no angle"
    return {"text": text, "xref": "paper", "yref": "paper", "x": 0, "y": 1, "yanchor": "bottom", "showarrow": False}
