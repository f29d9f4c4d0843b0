"""Pictures of a training run: numbers over epochs or updates, the plane as the network divides it, the fitted curve."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lib.plots.frame import ACCENT, DASHES, LEGEND_ON_TOP, QUIET, axis, figure, sentence

CLASSES = ("33, 102, 172", "208, 86, 31", "18, 128, 106")  # red, green, blue of each class, on both themes
PALE, FULL = 0.05, 0.45  # how opaque a place is where the network guesses, and where it is sure

FEW_POWERS = 4  # of ten along an axis; with more, only they are written

OPEN, RIM = {"width": 1.5}, {"width": 0.7, "color": "white"}  # what sets a point off from its own colour

Numbers = Sequence[float] | np.ndarray
Line = tuple[Numbers, Numbers]


def lines(across: str, up: str, drawn: Mapping[str, Line], log: bool = False) -> go.Figure:
    """A line (x, y) per name; infinite and NaN points are gaps, on a log axis also those that are not above 0."""
    shown = {name: (np.asarray(x), _drawable(y, log)) for name, (x, y) in drawn.items()}
    if not any(np.isfinite(y).any() for _, y in shown.values()):
        return sentence("There is no finite number to draw here.")
    traces = [_line(name, x, y, dash) for (name, (x, y)), dash in zip(shown.items(), DASHES * 9, strict=False)]
    return figure(
        traces,
        xaxis=axis(across, rangemode="nonnegative"),
        yaxis=axis(up, **(_log_ticks(np.concatenate([y for _, y in shown.values()])) if log else {})),
        showlegend=len(traces) > 1,
        legend=LEGEND_ON_TOP,
        hovermode="x",
    )


def _log_ticks(y: np.ndarray) -> dict[str, Any]:
    """Whole powers of ten, with 2 and 5 between where there are few: Plotly would write 2 for 0.02 as for 20."""
    low, high = np.nanmin(y), np.nanmax(y)
    powers = 10.0 ** np.arange(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = (1,) if len(powers) > FEW_POWERS else (1, 2, 5)
    ticks = [float(step * power) for power in powers for step in steps]
    if sum(low <= tick <= high for tick in ticks) < 2:  # in so narrow a range Plotly's own numbers are clear
        return {"type": "log"}
    return {"type": "log", "tickvals": ticks, "ticktext": [f"{tick:.6g}" for tick in ticks]}


def _drawable(y: Numbers, log: bool) -> np.ndarray:
    numbers = np.asarray(y, dtype=np.float64)
    return np.where(np.isfinite(numbers) & ((numbers > 0) | (not log)), numbers, np.nan)


def _line(name: str, x: np.ndarray, y: np.ndarray, dash: str) -> dict[str, Any]:
    alone = np.isfinite(y).sum() == 1  # a single point is no line
    return {
        "type": "scatter",
        "mode": "lines+markers" if alone else "lines",
        "name": name,
        "x": x,
        "y": y,
        "line": {"dash": dash, "width": 2},
        "hovertemplate": f"{name}: %{{y:.4g}}<extra></extra>",
    }


def class_map(
    x: np.ndarray,
    y: np.ndarray,
    shade: np.ndarray,
    probability: np.ndarray,
    groups: Mapping[str, tuple[np.ndarray, np.ndarray]],
    classes: int,
) -> go.Figure:
    """The plane in the colours of the classes, paler where the network is less sure, and the points on it.

    `shade` is the winning class plus how sure the network is (0 to below 1), `probability` the winner's, both of shape
    (y, x). `groups` maps "train" and "test" to points of shape (points, 2) and their classes; test points are hollow.
    """
    plane = {
        "type": "heatmap",
        "x": x,
        "y": y,
        "z": shade,
        "zmin": 0,
        "zmax": classes,
        "colorscale": _bands(classes),
        "showscale": False,
        "customdata": np.dstack([np.floor(shade), probability]),
        "hovertemplate": "class %{customdata[0]}: %{customdata[1]:.3f}<extra></extra>",
    }
    marks = [
        _marks(f"class {c}, {name}", at[label == c], c, name == "test")
        for name, (at, label) in groups.items()
        for c in range(classes)
    ]
    return figure(
        [plane, *marks],
        xaxis=axis("first feature", showgrid=False, range=[float(x[0]), float(x[-1])], constrain="domain"),
        yaxis=axis(
            "second feature", showgrid=False, range=[float(y[0]), float(y[-1])], constrain="domain", scaleanchor="x"
        ),
        showlegend=True,
        legend=LEGEND_ON_TOP,
        height=440,
    )


def _bands(classes: int) -> list[list[Any]]:
    """A colour scale with a band per class, from pale to full."""
    return [
        [(c + end) / classes, f"rgba({CLASSES[c]}, {opacity})"]
        for c in range(classes)
        for end, opacity in ((0, PALE), (1, FULL))
    ]


def _marks(name: str, at: np.ndarray, number: int, hollow: bool) -> dict[str, Any]:
    symbol = ("circle", "square", "diamond")[number] + ("-open" if hollow else "")
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": at[:, 0],
        "y": at[:, 1],
        "marker": {"symbol": symbol, "size": 6, "color": f"rgb({CLASSES[number]})", "line": OPEN if hollow else RIM},
        "hovertemplate": f"{name}<br>(%{{x:.2f}}, %{{y:.2f}})<extra></extra>",
    }


def fit(curve: Line, groups: Mapping[str, Line]) -> go.Figure:
    """The curve that the network has learned, and the points (x, y) that it learned from or was tested on."""
    points = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": name,
            "x": x,
            "y": y,
            "marker": {"symbol": "circle-open" if name == "test" else "circle", "size": 5, "color": QUIET},
            "hovertemplate": f"{name} (%{{x:.3f}}, %{{y:.3f}})<extra></extra>",
        }
        for name, (x, y) in groups.items()
    ]
    x, y = curve
    answer = {**_line("network", np.asarray(x), np.asarray(y), "solid"), "line": {"color": ACCENT, "width": 3}}
    return figure([*points, answer], xaxis=axis("input"), yaxis=axis("target"), showlegend=True, legend=LEGEND_ON_TOP)
