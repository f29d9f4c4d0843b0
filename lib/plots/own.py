"""A lesson's own pictures, which it describes as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from lib.budget import UNBOUNDED, Budget
from lib.lesson.spec import Bars, Curves, Heatmap, Lesson, Picture, Vectors
from lib.plots.curves import curves
from lib.plots.points import vectors
from lib.plots.steps import bars, heatmap


def picture(
    lesson: Lesson,
    values: Mapping[str, Any],
    spec: Picture,
    sample_index: tuple[int, ...] = (),
    *,
    budget: Budget = UNBOUNDED,
) -> go.Figure | None:
    """The figure for one of the lesson's pictures; its title and text stand beside it on the page.

    None where these values have no such step, or their tensors are empty.
    """
    match spec:
        case Curves():
            return curves(lesson, spec, budget=budget)
        case Bars():
            return bars(lesson, values, spec, sample_index, budget=budget)
        case Heatmap():
            return heatmap(lesson, values, spec, sample_index, budget=budget)
        case Vectors():
            return vectors(lesson, values, spec, sample_index)
