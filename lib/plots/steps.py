"""A step of the hand calculation as a picture: bars for one sample, or a map of colours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lib.budget import UNBOUNDED, Budget
from lib.lesson import run
from lib.lesson.names import name_of
from lib.lesson.pieces.scores import class_last
from lib.lesson.spec import Bars, Heatmap, Lesson, Step
from lib.plots.frame import axis, figure, label
from lib.plots.titles import index_word

MOST_WRITTEN = 16  # bars; with more of them, none carries its number
MOST_COLUMNS, MOST_CELLS = 8, 64  # of a map; a larger one carries no numbers


def all_steps(lesson: Lesson, values: Mapping[str, Any], *, budget: Budget = UNBOUNDED) -> dict[str, Step]:
    """The steps of the result and then those of the gradient."""
    case = run.Case.of(lesson, values, budget=budget)
    return {**case.gradient.steps, **case.forward.steps}


def of_sample(value: np.ndarray, dims: int, index: tuple[int, ...]) -> np.ndarray:
    """The part of a step that belongs to a sample; where there are fewer samples (or none chosen), the first."""
    index = (*index[:dims], *(0,) * (dims - len(index)))
    return value[tuple(min(i, size - 1) for i, size in zip(index, value.shape, strict=False))]


def bars(
    lesson: Lesson,
    values: Mapping[str, Any],
    spec: Bars,
    index: tuple[int, ...],
    *,
    budget: Budget = UNBOUNDED,
) -> go.Figure | None:
    """The step's numbers for the chosen sample, under the input that they came from; None where it has no numbers."""
    step = all_steps(lesson, values, budget=budget).get(spec.step)
    if step is None or not np.size(step.value):
        return None
    dims = step.sample_dims if len(step.axes) > 1 else 0  # one number per sample: draw them all
    shown = {step.label: np.atleast_1d(of_sample(np.asarray(step.value), dims, index))}
    given = run.given_values(lesson, values)
    beside = _same_place(given.get(spec.beside), step, dims, index)
    if beside is not None:
        shown = {spec.beside: beside, **shown}
    return _stacked(shown, index_word(step), _right_class(given.get("target"), step, index))


def _right_class(target: Any, step: Step, index: tuple[int, ...]) -> int | None:
    """The chosen sample's right class, where the bars are classes and the target names one for each sample."""
    if not isinstance(target, np.ndarray) or target.dtype.kind not in "iu" or not step.axes.endswith("c"):
        return None
    if target.shape != np.shape(step.value)[:-1] or not target.size:
        return None
    return int(of_sample(target, target.ndim, index))


def _same_place(value: Any, step: Step, dims: int, index: tuple[int, ...]) -> np.ndarray | None:
    """The input's numbers for the same sample; inputs have their classes second, steps have them last."""
    if not isinstance(value, np.ndarray):
        return None
    by_class = class_last(value) if len(step.axes) > 1 else value
    for array in (by_class, value):
        if array.shape == np.shape(step.value):
            return np.atleast_1d(of_sample(array, dims, index))
    return None


def _stacked(shown: Mapping[str, np.ndarray], word: str, marked: int | None = None) -> go.Figure:
    """A panel for each set of bars, one above the other, over the same categories; one may be marked "target"."""
    layout: dict[str, Any] = {}
    height = (1 - 0.1 * (len(shown) - 1)) / len(shown)
    traces = []
    for row, (name, numbers) in enumerate(shown.items()):
        suffix = "" if row == 0 else str(row + 1)
        top = 1 - row * (height + 0.1)
        layout[f"yaxis{suffix}"] = axis(
            name, domain=[max(0.0, top - height), top], zeroline=True, nticks=5, **_room(numbers)
        )
        traces.append({**_bar_trace(np.ravel(numbers), word, name, marked), "yaxis": f"y{suffix}"})
    last = "" if len(shown) == 1 else str(len(shown))
    return figure(traces, xaxis=axis(word, type="category", anchor=f"y{last}"), bargap=0.5, **layout)


def _bar_trace(numbers: np.ndarray, word: str, name: str, marked: int | None = None) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": [f"{i} target" if i == marked else str(i) for i in range(numbers.size)],
        "y": np.where(np.isfinite(numbers), numbers, np.nan),
        "text": [label(float(v), digits=3) for v in numbers] if numbers.size <= MOST_WRITTEN else None,
        "textposition": "outside",
        "textangle": 0,
        "constraintext": "none",
        "cliponaxis": False,
        "hovertemplate": f"{word} %{{x}}<br>{name}: %{{y:.4g}}<extra></extra>",
    }


def _room(numbers: np.ndarray) -> dict[str, Any]:
    """A range from zero, with room for the numbers at the bars' ends."""
    finite = numbers[np.isfinite(numbers)]
    low, high = float(min(0, finite.min(initial=0))), float(max(0, finite.max(initial=0)))
    span = high - low or 1.0
    return {"range": [low - 0.2 * span * (low < 0), high + 0.25 * span * (high > 0 or low == 0)]}


def heatmap(
    lesson: Lesson,
    values: Mapping[str, Any],
    spec: Heatmap,
    index: tuple[int, ...],
    *,
    budget: Budget = UNBOUNDED,
) -> go.Figure | None:
    """The step as rows and columns, a loop's steps as rows one under the other; −∞ stays empty.

    None where it has no numbers.
    """
    found = [s for s in all_steps(lesson, values, budget=budget).values() if spec.step in (s.name, s.base)]
    if not found:
        return None
    z = _rows(found, index)
    if not z.size:
        return None
    return _map(np.where(np.isfinite(z), z, np.nan), spec, found[0].called or name_of(found[0].base))


def _rows(found: list[Step], index: tuple[int, ...]) -> np.ndarray:
    """Two dimensions, whatever the step has: a loop gives the rows, else the last two dimensions are kept."""
    loop = found[0].name != found[0].base
    cut = []
    for step in found:
        value = np.asarray(step.value, dtype=np.float64)
        cut.append(of_sample(value, max(0, value.ndim - (1 if loop else 2)), index) if value.size else value)
    return np.stack([np.ravel(row) for row in cut]) if loop else np.atleast_2d(cut[0])


def _map(z: np.ndarray, spec: Heatmap, name: str) -> go.Figure:
    rows, columns = z.shape
    written = columns <= MOST_COLUMNS and z.size <= MOST_CELLS
    across, down = spec.x or "column", spec.y or "row"
    cells = {
        "type": "heatmap",
        "z": z,
        "x": [str(i) for i in range(columns)],
        "y": [str(i) for i in range(rows)],
        "text": [[label(v, digits=3) if np.isfinite(v) else "" for v in row] for row in z] if written else None,
        "texttemplate": "%{text}" if written else None,
        "xgap": 2,
        "ygap": 2,
        "hoverongaps": False,
        "colorbar": {"title": {"text": name, "side": "right"}, "thickness": 12, "outlinewidth": 0},
        "hovertemplate": f"{across} %{{x}}, {down} %{{y}}<br>{name}: %{{z:.4g}}<extra></extra>",
    }
    return figure(
        [cells],
        xaxis=axis(across, type="category", showgrid=False),
        yaxis=axis(down, type="category", autorange="reversed", showgrid=False),
        height=int(np.clip(90 + 42 * rows, 240, 480)),
    )
