"""Two numbers move: the loss as a landscape seen from above."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lib.budget import UNBOUNDED, Budget
from lib.lesson import run
from lib.lesson.spec import Lesson
from lib.plots.frame import QUIET, axis, figure, label, sentence
from lib.plots.moving import NOTHING_FINITE
from lib.plots.probe import Place, affordable, loss_at, motion, reach, value_at
from lib.plots.titles import place_name, result_name
from lib.refusal import Refusal

MOST, LEAST = 31, 9
MILLISECONDS = 70.0


def contour(
    lesson: Lesson, values: Mapping[str, Any], first: Place, second: Place, *, budget: Budget = UNBOUNDED
) -> go.Figure:
    """Lines of equal loss over two elements (or parameters), with a mark where they are now.

    The grid has at most 31 × 31 points, fewer where a hand calculation has many steps. Refused and infinite points
    stay empty.
    """
    if first == second:
        raise Refusal("{place} was chosen twice; expected two different numbers.", place=place_name(first))
    given = run.given_values(lesson, values)
    side = int(affordable(lesson, given, MILLISECONDS, most=MOST**2, least=LEAST**2, budget=budget) ** 0.5)
    x, y = _ticks(lesson, given, first, side), _ticks(lesson, given, second, side)
    way = motion(lesson, given, first, second)
    z = np.array([[loss_at(lesson, way.to(a, b), budget=budget) for a in x.tolist()] for b in y.tolist()])
    if not np.isfinite(z).any():
        return sentence(NOTHING_FINITE)
    if way.shared and np.isfinite(z).mean() < 0.2:
        return sentence("These two leave each other no freedom: together they must add up to 1.")
    here = loss_at(lesson, given, budget=budget)
    last = list(run.by_hand(lesson, given, budget=budget).values())[-1]
    result = result_name(lesson, given, np.ndim(last.value) > 0)
    return _map(x, y, z, place_name(first), place_name(second), result, _mark(given, first, second, here))


def _ticks(lesson: Lesson, given: Mapping[str, Any], place: Place, side: int) -> np.ndarray:
    return np.linspace(*reach(lesson, given, place), side)


def _mark(given: Mapping[str, Any], first: Place, second: Place, loss: float) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [value_at(given, first)],
        "y": [value_at(given, second)],
        "cliponaxis": False,
        "marker": {"color": "white", "size": 13, "line": {"color": "black", "width": 3}},  # stands out from every shade
        "hovertemplate": f"now: {label(loss)}<extra></extra>",
    }


def _map(
    x: np.ndarray, y: np.ndarray, z: np.ndarray, across: str, up: str, result: str, mark: dict[str, Any]
) -> go.Figure:
    lines = {
        "type": "contour",
        "x": x,
        "y": y,
        "z": z,
        "connectgaps": False,
        **_shades(z),
        "ncontours": 12,
        "line": {"width": 1, "color": QUIET},
        "colorbar": {"title": {"text": result, "side": "right"}, "thickness": 12, "outlinewidth": 0},
        "hovertemplate": f"{across} = %{{x:.4g}}<br>{up} = %{{y:.4g}}<br>{result} = %{{z:.4g}}<extra></extra>",
    }
    return figure([lines, mark], xaxis=axis(across), yaxis=axis(up))


def _shades(z: np.ndarray) -> dict[str, Any]:
    """From the lowest to the highest loss. A rim far above all that it surrounds, as at log 0, is left out."""
    finite, inside = (part[np.isfinite(part)] for part in (z, z[1:-1, 1:-1]))
    shown = inside if inside.size and np.ptp(finite) > 3 * np.ptp(inside) > 0 else finite
    return {"zmin": float(shown.min()), "zmax": float(shown.max())} if np.ptp(shown) > 0 else {}
