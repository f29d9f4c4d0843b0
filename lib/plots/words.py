"""What a figure shows, in words: for whoever hears the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lib.plots.frame import label

MOST_NAMED = 8  # lines and bars that are told one by one


def in_words(figure: go.Figure, title: str) -> str:
    """The title, what stands on the axes, and of each named line or bar where it begins, ends, and is lowest."""
    axes = [_text(axis.title.text) for axis in (figure.layout.yaxis, figure.layout.xaxis)]
    against = f"{axes[0]} against {axes[1]}" if all(axes) else "".join(axes)
    told = [text for _, text in zip(range(MOST_NAMED), _traces(figure), strict=False)]
    return ". ".join(filter(None, (title, against, *told))) + "."


def _traces(figure: go.Figure) -> Iterator[str]:
    for trace in figure.data:
        values = _numbers(trace["y"]) if "y" in trace and "z" not in trace else np.array([])
        if values.size == 0:
            continue
        name = f"{_text(trace.name)}: " if trace.name else ""
        if trace.type == "bar":
            yield name + ", ".join(label(value) for value in values[:MOST_NAMED])
        elif values.size == 1:
            yield f"{name}a point at {label(values[0])}"
        else:
            ends = f"from {label(values[0])} to {label(values[-1])}"
            yield f"{name}{ends}, lowest {label(values.min())}, highest {label(values.max())}"


def _numbers(values: Any) -> np.ndarray:
    """The finite numbers of a trace; none where it holds names."""
    try:
        array = np.asarray([] if values is None else values, dtype=float).reshape(-1)
    except (TypeError, ValueError):
        return np.array([])
    return array[np.isfinite(array)]


def _text(words: str | None) -> str:
    return (words or "").replace("<br>", " ")
