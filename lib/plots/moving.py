"""One number moves: the loss it gives, and the gradient that torch would hand back there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lib.budget import UNBOUNDED, Budget
from lib.lesson import run
from lib.lesson.spec import Lesson
from lib.plots.corners import is_corner, with_corners
from lib.plots.frame import ACCENT, QUIET, axis, figure, label, sentence
from lib.plots.probe import (
    Index,
    Motion,
    Place,
    affordable,
    has_gradient,
    loss_and_gradient,
    loss_and_slope,
    motion,
    reach,
    value_at,
)
from lib.plots.titles import place_name, result_name

POINTS = 41
MILLISECONDS = 30.0
NOTHING_FINITE = "There is no finite number to draw here: the result is infinite or NaN wherever this moves."


def moving(
    lesson: Lesson,
    values: Mapping[str, Any],
    name: str,
    index: Index | None = None,
    low: float | None = None,
    high: float | None = None,
    *,
    budget: Budget = UNBOUNDED,
) -> go.Figure:
    """The loss above and its gradient below while one element (or parameter) moves, marked where it is now.

    Without `low` and `high` the range follows from the value and its domain. Points that the lesson refuses, and
    infinite ones, are gaps. A parameter has no gradient in torch; its slope is found by finite differences.
    """
    given, place = run.given_values(lesson, values), (name, index)
    ends = reach(lesson, given, place)
    x = _points(lesson, given, place, ends[0] if low is None else low, ends[1] if high is None else high, budget)
    way = motion(lesson, given, place)
    measure = loss_and_gradient if has_gradient(lesson, way) else loss_and_slope

    def measured(places: np.ndarray) -> np.ndarray:
        return np.array([measure(lesson, way, at, budget=budget) for at in places.tolist()]).reshape(-1, 2).T

    loss, slope = measured(x)
    if not np.isfinite(loss).any():
        return sentence(NOTHING_FINITE)
    if has_gradient(lesson, way) and name not in lesson.not_a_slope:
        x, loss, slope = with_corners(x, loss, slope, measured)
    return _two_panels(lesson, way, x, loss, slope, budget)


def _points(
    lesson: Lesson, given: Mapping[str, Any], place: Place, low: float, high: float, budget: Budget
) -> np.ndarray:
    """Evenly spaced, the present value among them."""
    count = affordable(lesson, given, MILLISECONDS / 3, most=POINTS, least=25, budget=budget)
    now = value_at(given, place)
    even = np.linspace(low, high, count)
    return np.unique(np.append(even, now)) if low <= now <= high else even


def _two_panels(
    lesson: Lesson, way: Motion, x: np.ndarray, loss: np.ndarray, slope: np.ndarray, budget: Budget
) -> go.Figure:
    place, name = way.places[0], place_name(way.places[0])
    below = "gradient" if has_gradient(lesson, way) else "slope"
    result = result_name(lesson, way.given, _is_summed(lesson, way.given, budget))
    now = np.flatnonzero(x == value_at(way.given, place))
    above, under = (f"{name} = %{{x:.4g}}<br>{what} = %{{y:.4g}}<extra></extra>" for what in (result, below))
    traces = [
        _line(x, loss, above),
        _tangent(lesson, place, x, loss, slope, now),
        {**_line(x, slope, under), "yaxis": "y2"},
        _marker(x, loss, now, above),
        {**_marker(x, slope, now, under), "yaxis": "y2"},
    ]
    return figure(
        traces,
        xaxis=axis(
            f"{name} (the others share the rest)" if way.shared else name,
            anchor="y2",
            range=[float(x[0]), float(x[-1])],
        ),
        yaxis=axis(result, domain=[0.42, 1.0], **_room(loss, now)),
        yaxis2=axis(below, domain=[0.0, 0.3], zeroline=True, zerolinecolor=QUIET, nticks=4, **_room(slope, now)),
        hovermode="x",
    )


def _is_summed(lesson: Lesson, given: Mapping[str, Any], budget: Budget) -> bool:
    """Whether the result is several numbers, which the curve adds up."""
    return np.size(list(run.by_hand(lesson, given, budget=budget).values())[-1].value) > 1


def _line(x: np.ndarray, y: np.ndarray, hover: str) -> dict[str, Any]:
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "hovertemplate": hover}


def _marker(x: np.ndarray, y: np.ndarray, now: np.ndarray, hover: str) -> dict[str, Any]:
    """The present value with its number, which stays inside the picture at its edges."""
    across = float((x[now[0]] - x[0]) / (x[-1] - x[0])) if now.size and x[-1] > x[0] else 0.5
    side = "right" if across < 0.12 else "left" if across > 0.88 else "center"
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": x[now],
        "y": y[now],
        "text": [label(float(v)) if np.isfinite(v) else "" for v in y[now]],
        "textposition": f"top {side}",
        "cliponaxis": False,
        "marker": {"color": ACCENT, "size": 10},
        "hovertemplate": hover,
    }


def _tangent(
    lesson: Lesson, place: Place, x: np.ndarray, loss: np.ndarray, slope: np.ndarray, now: np.ndarray
) -> dict[str, Any]:
    """A short line with the gradient as its slope; none at a corner, and where torch's gradient is not the slope."""
    quiet = {
        "type": "scatter",
        "mode": "lines",
        "line": {"color": ACCENT, "dash": "dot", "width": 2},
        "hoverinfo": "skip",
    }
    nowhere = not now.size or place[0] in lesson.not_a_slope or not np.isfinite(loss[now[0]] + slope[now[0]])
    if nowhere or is_corner(x, slope, int(now[0])):
        return {**quiet, "x": [], "y": []}
    at, height, steep = float(x[now[0]]), float(loss[now[0]]), float(slope[now[0]])
    half = _half_length(x, loss, steep)
    ends = np.clip([at - half, at + half], x[0], x[-1])
    return {**quiet, "x": ends, "y": height + steep * (ends - at)}


def _half_length(x: np.ndarray, loss: np.ndarray, steep: float) -> float:
    """A fifth of the picture's width, less where the line would leave the picture upwards."""
    across = float(x[-1] - x[0])
    up = float(np.ptp(loss[np.isfinite(loss)])) or 1.0
    return 0.2 * min(across, up / abs(steep)) if steep else 0.2 * across


def _room(numbers: np.ndarray, now: np.ndarray) -> dict[str, Any]:
    """The vertical range, with room for the number above the marker; rounding noise stays flat."""
    shown = _typical(numbers, now)
    if not shown.size:
        return {"range": [-1.0, 1.0]}
    low, high = float(shown.min()), float(shown.max())
    least = 1e-5 * max(abs(low), abs(high)) or 1.0
    if high - low < least:
        low, high = low - max(abs(low), least) / 2, high + max(abs(high), least) / 2
    span = high - low
    return {"range": [low - 0.06 * span, high + 0.2 * span]}


def _typical(numbers: np.ndarray, now: np.ndarray) -> np.ndarray:
    """The finite numbers. The two at each end are left out where they are far above all others, as at log 0."""
    finite = numbers[np.isfinite(numbers)]
    inner = np.append(numbers[2:-2], numbers[now])
    inner = inner[np.isfinite(inner)]
    if not inner.size or np.ptp(finite) <= 3 * np.ptp(inner):
        return finite
    return inner
