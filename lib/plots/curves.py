"""The loss along one number: for several settings, or beside other lessons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lib.budget import UNBOUNDED, Budget
from lib.catalog import LESSONS
from lib.lesson import run
from lib.lesson.spec import Curves, Lesson
from lib.plots.frame import DASHES, LEGEND_ON_TOP, axis, figure, sentence
from lib.plots.moving import NOTHING_FINITE
from lib.plots.probe import loss_at
from lib.plots.titles import result_name

POINTS = 81  # with both ends and the middle, where many losses have their corner


def curves(lesson: Lesson, spec: Curves, *, budget: Budget = UNBOUNDED) -> go.Figure:
    """One line for each setting and each lesson to compare with."""
    x = np.linspace(spec.low, spec.high, POINTS)
    drawn = {name: _line(other, spec, setting, x, budget) for name, other, setting in _wanted(lesson, spec)}
    if not any(np.isfinite(y).any() for y in drawn.values()):
        return sentence(NOTHING_FINITE)
    one_unit = not any("unit" in setting for setting in spec.settings.values())
    result = result_name(lesson, run.given_values(lesson, spec.values(float(x[0]))) if one_unit else {}, summed=False)
    traces = [_trace(name, x, y, dash, spec.x) for (name, y), dash in zip(drawn.items(), DASHES * 9, strict=False)]
    return figure(
        traces,
        xaxis=axis(spec.x),
        yaxis=axis(result),
        showlegend=len(traces) > 1,
        legend=LEGEND_ON_TOP,
        hovermode="x",
    )


def _wanted(lesson: Lesson, spec: Curves) -> Iterator[tuple[str, Lesson, Mapping[str, Any]]]:
    """Name, lesson and setting of each line."""
    for name, setting in spec.settings.items():
        yield name, lesson, setting
    if not spec.settings:
        yield lesson.title, lesson, {}
    for slug in spec.compare:
        yield LESSONS[slug].title, LESSONS[slug], {}


def _line(lesson: Lesson, spec: Curves, setting: Mapping[str, Any], x: np.ndarray, budget: Budget) -> np.ndarray:
    known = {f.name for f in lesson.fields}
    every = ({**spec.values(float(at)), **setting} for at in x)
    given = ({n: v for n, v in values.items() if n in known} for values in every)
    return np.array([loss_at(lesson, values, budget=budget) for values in given])


def _trace(name: str, x: np.ndarray, y: np.ndarray, dash: str, title: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": x,
        "y": y,
        "line": {"dash": dash, "width": 2.5},
        "hovertemplate": f"{name}: %{{y:.4g}}<extra></extra>",
    }
