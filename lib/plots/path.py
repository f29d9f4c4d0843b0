"""Where updates lead: paths over the landscape, the loss per update, and how far each update moved."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import cycle
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from lib.lesson.objectives import Objective
from lib.plots.frame import DASHES, LEGEND_ON_TOP, QUIET, axis, figure, label, sentence

GRID = 70  # points along each side of the landscape
MOST_FRAMES = 51
MOST_OUTLINED = 30  # points of a path; the outlines of more than that would hide the path itself
STRIDES = (1, 2, 5, 10, 20, 50)  # updates from frame to frame: round numbers under the slider
HEIGHT = 400
# Not the theme's colours: these show on its orange landscape, and each optimizer keeps its own in every picture.
COLOURS = ("#2f7fd6", "#c04fa0", "#0f8f6f", "#7a8500", "#d8622c", "#8c857c")  # paths are four at most
COLD_TO_WARM = ("#2f7fd6", "#8a63d2", "#c04fa0", "#d8622c")  # equally dark, for the light theme and the dark one
SYMBOLS = ("circle", "square", "diamond", "triangle-up")

Paths = Mapping[str, np.ndarray]  # name → points, shape (updates + 1, numbers), the start first


def paths(objective: Objective, named: Paths, playable: bool = False) -> go.Figure:
    """The paths over the objective's landscape, or along its curve where it takes one number.

    Points outside three times the usual window are left out: a run that leaves is drawn up to there. `playable` adds a
    slider and a play button for the first path.
    """
    shown = {name: _inside(objective, points) for name, points in named.items()}
    if not any(len(points) for points in shown.values()):
        return sentence("The start lies far outside this map.")
    layout: dict[str, Any]
    if objective.size == 1:
        base, lines = _curve(objective, shown), [_on_curve(objective, *item) for item in _styled(shown)]
        layout = {"xaxis": axis("x"), "yaxis": axis("loss")}
    else:
        x, y = (_window(objective, shown, place) for place in (0, 1))
        base, lines = _landscape(objective, x, y), [_path(*item) for item in _styled(shown)]
        layout = {"xaxis": axis("x", range=list(x)), "yaxis": axis("y", range=list(y))}
    traces = [base, *_minima(objective), *lines]
    layout |= {"height": HEIGHT, "showlegend": len(shown) > 1, "legend": LEGEND_ON_TOP}
    if not playable or len(next(iter(shown.values()))) <= 2:
        return figure(traces, **layout)
    drawn = figure([*traces, *_lasting(base)], **layout)
    _add_player(drawn, lines[0], len(traces) - 1)
    return drawn


def leaves_after(objective: Objective, points: np.ndarray) -> int | None:
    """The last update that a picture of the path shows, where the path goes on from there."""
    shown = len(_inside(objective, points))
    return shown - 1 if 0 < shown < len(points) else None


def _inside(objective: Objective, points: np.ndarray) -> np.ndarray:
    """The points up to the first one that lies far outside the window."""
    low, high = np.array(objective.window).T
    middle, reach = (low + high) / 2, 1.5 * (high - low)
    far = ~(np.abs(points - middle) <= reach).all(-1)
    return points[: int(np.argmax(far))] if far.any() else points


def _window(objective: Objective, shown: Paths, place: int) -> tuple[float, float]:
    """The usual window, widened to hold every path."""
    along = np.concatenate([points[:, place] for points in shown.values()])
    low, high = objective.window[place]
    low, high = min(low, float(along.min())), max(high, float(along.max()))
    room = 0.03 * (high - low)
    return low - room, high + room


def _landscape(objective: Objective, x: tuple[float, float], y: tuple[float, float]) -> dict[str, Any]:
    """Lines of equal loss; the shades grow with the logarithm, so that a flat valley shows beside a steep wall."""
    across, up = np.linspace(*x, GRID), np.linspace(*y, GRID)
    loss = objective.value(np.stack(np.meshgrid(across, up), -1))
    shade = np.log10(1 + (loss - loss.min()))
    ticks = np.linspace(0, float(shade.max()), 5)
    return {
        "type": "contour",
        "x": across,
        "y": up,
        "z": shade,
        "customdata": loss,
        "ncontours": 18,
        "opacity": 0.5,  # paths stand out from it, in the light and in the dark
        "line": {"width": 1, "color": QUIET},
        "colorbar": {
            "title": {"text": "loss", "side": "right"},
            "thickness": 12,
            "outlinewidth": 0,
            "tickvals": ticks,
            "ticktext": [label(float(10**tick - 1 + loss.min()), 2) for tick in ticks],
        },
        "hovertemplate": "x = %{x:.3g}<br>y = %{y:.3g}<br>loss = %{customdata:.4g}<extra></extra>",
    }


def _lasting(landscape: dict[str, Any]) -> list[dict[str, Any]]:
    """The landscape as it is drawn while a path moves over it.

    Plotly removes contours in every frame of an animation, but not those on a carpet: here the carpet is a plane that
    cannot be seen. The first contours become invisible and still answer the pointer. A curve stays as it is.
    """
    if landscape["type"] != "contour":
        return []
    x, y = landscape["x"][[0, -1]], landscape["y"][[0, -1]]
    bare = {"showgrid": False, "showline": False, "showticklabels": "none", "startline": False, "endline": False}
    plane = {"a": x, "b": y, "x": [x, x], "y": [y[[0, 0]], y[[1, 1]]], "aaxis": bare, "baxis": bare}
    shared = ("z", "ncontours", "line", "opacity")
    seen = {"a": landscape["x"], "b": landscape["y"], "showscale": False, **{name: landscape[name] for name in shared}}
    landscape["opacity"] = 0
    return [
        {"type": "carpet", "carpet": "plane", **plane},
        {"type": "contourcarpet", "carpet": "plane", **seen},
    ]


def _curve(objective: Objective, shown: Paths) -> dict[str, Any]:
    x = np.linspace(*_window(objective, shown, 0), 201)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": objective.value(x[:, None]),
        "line": {"color": QUIET, "width": 2},
        "showlegend": False,
        "hoverinfo": "skip",
    }


def _styled(shown: Paths) -> list[tuple[str, np.ndarray, str, str, str]]:
    """Name, points, dash, symbol and colour of each path."""
    styles = zip(shown.items(), DASHES, SYMBOLS, COLOURS, strict=False)
    return [(name, points, dash, symbol, colour) for (name, points), dash, symbol, colour in styles]


def _path(name: str, points: np.ndarray, dash: str, symbol: str, colour: str) -> dict[str, Any]:
    return _line(name, points[:, 0], points[:, 1], dash, symbol, colour) | {
        "hovertemplate": f"{name}, update %{{customdata}}<br>x = %{{x:.4g}}<br>y = %{{y:.4g}}<extra></extra>"
    }


def _on_curve(
    objective: Objective, name: str, points: np.ndarray, dash: str, symbol: str, colour: str
) -> dict[str, Any]:
    return _line(name, points[:, 0], objective.value(points), dash, symbol, colour) | {
        "hovertemplate": f"{name}, update %{{customdata}}<br>x = %{{x:.4g}}<br>loss = %{{y:.4g}}<extra></extra>"
    }


def _line(name: str, x: np.ndarray, y: np.ndarray, dash: str, symbol: str, colour: str) -> dict[str, Any]:
    outline = {"width": 1, "color": "white"} if len(x) <= MOST_OUTLINED else {"width": 0}
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": x,
        "y": y,
        "customdata": np.arange(len(x)),
        "line": {"dash": dash, "width": 2, "color": colour},
        "marker": {"size": 7, "symbol": symbol, "color": colour, "line": outline},
    }


def _minima(objective: Objective) -> list[dict[str, Any]]:
    """Where the loss is lowest, as crosses."""
    if not objective.lowest or objective.size == 1:
        return []
    x, y = np.array(objective.lowest).T
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": x,
            "y": y,
            "marker": {"symbol": "x", "size": 9, "color": "white", "line": {"width": 1.5, "color": "black"}},
            "showlegend": False,
            "hovertemplate": "minimum (%{x:.4g}, %{y:.4g})<extra></extra>",
        }
    ]


def _add_player(drawn: go.Figure, line: Mapping[str, Any], place: int) -> None:
    """A slider over the updates and a play button; each frame is the path up to one update."""
    count = len(line["x"])
    stride = next(n for n in STRIDES if (count - 1) / n < MOST_FRAMES)
    ends = np.unique([*range(1, count, stride), count])
    drawn.frames = [
        {
            "name": str(end - 1),
            "data": [{"type": "scatter", **{key: line[key][:end] for key in ("x", "y", "customdata")}}],
            "traces": [place],
        }
        for end in ends.tolist()
    ]
    still = {"mode": "immediate", "frame": {"duration": 0, "redraw": False}, "transition": {"duration": 0}}
    moving = {"fromcurrent": True, "frame": {"duration": 120, "redraw": False}, "transition": {"duration": 0}}
    steps = [{"label": str(end - 1), "method": "animate", "args": [[str(end - 1)], still]} for end in ends.tolist()]
    drawn.update_layout(
        height=HEIGHT + 110,
        margin={"b": 110},
        sliders=[
            {
                "active": len(steps) - 1,
                "steps": steps,
                "pad": {"t": 40},
                "currentvalue": {
                    "prefix": "update ",
                    "xanchor": "right",
                    "offset": 24,
                },  # the button stands at the left
            }
        ],
        updatemenus=[
            {
                "type": "buttons",
                "direction": "left",
                "x": 0,
                "y": 0,
                "xanchor": "left",
                "yanchor": "top",
                "pad": {"t": 38},
                "showactive": False,
                "buttons": [{"label": "▶ play", "method": "animate", "args": [None, moving]}],
            }
        ],
    )


def losses(named: Mapping[str, np.ndarray], logarithmic: bool, in_order: bool = False) -> go.Figure:
    """The loss after each update; what is infinite or NaN is left out, and 0 has no place on a logarithmic axis."""
    shown = {
        name: np.where(np.isfinite(values) & ((values > 0) | (not logarithmic)), values, np.nan)
        for name, values in named.items()
    }
    if not any(np.isfinite(values).any() for values in shown.values()):
        return sentence(
            "There is no loss above 0 to draw on a logarithmic axis." if logarithmic else "No loss is finite."
        )
    return lines(shown, "loss", "log" if logarithmic else "linear", in_order=in_order)


def lines(
    named: Mapping[str, np.ndarray], what: str, scale: str = "linear", first: int = 0, in_order: bool = False
) -> go.Figure:
    """One line per name over the updates; `first` is the number of the first one. Names in an order go from cold to
    warm colours, all solid: many dashes across each other say nothing."""
    colours = sample_colorscale(COLD_TO_WARM, len(named)) if in_order and len(named) > 1 else COLOURS
    traces = [
        {
            "type": "scatter",
            "mode": "lines" if len(values) > 60 else "lines+markers",
            "name": name,
            "x": np.arange(first, first + len(values)),
            "y": values,
            "line": {"dash": "solid", "width": 1.5, "color": colour}
            if in_order
            else {"dash": dash, "width": 2.2, "color": colour},
            "hovertemplate": f"{name}, update %{{x}}: %{{y:.4g}}<extra></extra>",
        }
        for (name, values), dash, colour in zip(named.items(), DASHES * 9, cycle(colours), strict=False)
    ]
    few = max(map(len, named.values())) <= 10
    return figure(
        traces,
        xaxis=axis("update", **({"dtick": 1} if few else {})),
        yaxis=axis(what, **(_log_ticks(np.concatenate([*named.values()])) if scale == "log" else {})),
        showlegend=len(traces) > 1,
        legend=LEGEND_ON_TOP,
        hovermode="x" if len(traces) > 1 else "closest",
    )


def _log_ticks(values: np.ndarray) -> dict[str, Any]:
    """A logarithmic axis: powers of ten, and where there are only a few of them also their twos and fives."""
    powers = np.log10(values[np.isfinite(values)])
    low, high = math.floor(powers.min()), min(math.ceil(powers.max()), 308)  # the largest power that a float holds
    if high - low > 3:
        shown = range(low, high + 1, math.ceil((high - low) / 6))
        texts = [f"10<sup>{power}</sup>".replace("-", "−") for power in shown]
        return {"type": "log", "tickvals": [10.0**power for power in shown], "ticktext": texts}
    ticks = [step * 10.0**power for power in range(low, high + 1) for step in (1, 2, 5)]
    return {"type": "log", "tickvals": ticks, "ticktext": [label(tick) for tick in ticks]}


def points_of(params: np.ndarray, numbers: int) -> np.ndarray:
    """The parameter over the updates as points: the first `numbers` of it (its first row where there are several)."""
    return params.reshape(len(params), -1)[:, :numbers].astype(np.float64)
