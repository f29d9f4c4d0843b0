"""Inputs as points and arrows: distances and angles to look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lib.lesson import run
from lib.lesson.spec import Lesson, Vectors
from lib.plots.frame import QUIET, axis, figure, label, sentence

Points = Mapping[str, tuple[float, float]]
Pair = tuple[str, str]


def vectors(lesson: Lesson, values: Mapping[str, Any], spec: Vectors, index: tuple[int, ...]) -> go.Figure | None:
    """The chosen sample's vectors in the plane of their first two coordinates, with distances or the angle between.

    None where a tensor is empty.
    """
    given = run.given_values(lesson, values)
    whole = {name: _vector(given[name], index) for name in spec.tensors if isinstance(given.get(name), np.ndarray)}
    if not whole or not all(v.size for v in whole.values()):
        return None
    if not all(np.isfinite(v).all() for v in whole.values()):
        return sentence("A coordinate is infinite or NaN, so there is no place to draw it.")
    points = {name: _in_plane(v) for name, v in whole.items()}
    traces = [_arrow(n, p) if spec.origin else _point(n, p) for n, p in points.items()]
    flat = not spec.origin and all(v.size == 1 for v in whole.values())
    pairs = {pair: _distance(whole, pair, given.get("p", 2.0)) for pair in spec.lines if set(pair) <= set(points)}
    traces += [_bracket(points, *item) if flat else _line(points, *item) for item in _numbered(pairs)]
    notes = [_below(points, *item) if flat else _beside(points, *item) for item in _numbered(pairs)]
    return _number_line(traces, points, notes) if flat else _plane(traces, points, whole, spec, notes)


def _numbered(pairs: Mapping[Pair, str]) -> list[tuple[Pair, str, int]]:
    """Pair, distance, and how far down its bracket hangs."""
    return [(pair, text, depth) for depth, (pair, text) in enumerate(pairs.items(), start=1)]


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


def _distance(whole: Mapping[str, np.ndarray], pair: Pair, p: float) -> str:
    """Measured in all coordinates, by the lesson's own norm."""
    a, b = whole[pair[0]], whole[pair[1]]
    return label(float(np.linalg.norm(a - b, ord=p))) if a.size == b.size else ""


def _line(points: Points, pair: Pair, distance: str, depth: int) -> dict[str, Any]:
    """A line between two points."""
    (ax, ay), (bx, by) = points[pair[0]], points[pair[1]]
    return {**_quiet_line(pair, distance), "x": [ax, bx], "y": [ay, by]}


def _beside(points: Points, pair: Pair, distance: str, depth: int) -> dict[str, Any]:
    """The distance beside the middle of its line."""
    (ax, ay), (bx, by) = points[pair[0]], points[pair[1]]
    length = max(float(np.hypot(bx - ax, by - ay)), 1e-300)
    away = 14 if by >= ay else -14
    return {
        "x": (ax + bx) / 2,
        "y": (ay + by) / 2,
        "text": distance,
        "xshift": away * (by - ay) / length,
        "yshift": -away * (bx - ax) / length,
        "showarrow": False,
    }


def _bracket(points: Points, pair: Pair, distance: str, depth: int) -> dict[str, Any]:
    """Below a number line, where lines between the points would hide each other."""
    a, b = points[pair[0]][0], points[pair[1]][0]
    return {**_quiet_line(pair, distance), "x": [a, a, b, b], "y": [0, -depth, -depth, 0]}


def _below(points: Points, pair: Pair, distance: str, depth: int) -> dict[str, Any]:
    middle = (points[pair[0]][0] + points[pair[1]][0]) / 2
    return {"x": middle, "y": -depth, "text": distance, "yshift": -10, "showarrow": False}


def _quiet_line(pair: Pair, distance: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "line": {"color": QUIET, "dash": "dot", "width": 2},
        "hovertemplate": f"{pair[0]} to {pair[1]}: {distance}<extra></extra>",
    }


def _number_line(traces: list[dict[str, Any]], points: Points, notes: list[dict[str, Any]]) -> go.Figure:
    """Vectors of one coordinate lie on a line."""
    x, _ = _ranges(list(points.values()))
    return figure(
        traces,
        xaxis=axis("the only coordinate", range=x),
        yaxis={"visible": False, "range": [-len(notes) - 0.9, 0.9]},
        annotations=notes,
        height=130 + 45 * len(notes),
    )


def _plane(
    traces: list[dict[str, Any]],
    points: Points,
    whole: Mapping[str, np.ndarray],
    spec: Vectors,
    notes: list[dict[str, Any]],
) -> go.Figure:
    """Equal units in both directions, or angles and distances would lie."""
    x, y = _ranges([*points.values(), *([(0.0, 0.0)] if spec.origin else [])])
    most = max(v.size for v in whole.values())
    rest = f" (of {most})" if most > 2 else ""
    return figure(
        traces,
        xaxis=axis("first coordinate", range=x, zeroline=True, constrain="domain"),
        yaxis=axis(f"second coordinate{rest}", range=y, zeroline=True, scaleanchor="x", constrain="domain"),
        annotations=[*notes, *([_angle(list(whole.values()))] if spec.origin and len(whole) > 1 else [])],
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
