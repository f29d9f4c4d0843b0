"""From the losses to one number: who contributes how much, and what the sum is divided by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lib.budget import UNBOUNDED, Budget
from lib.lesson import run
from lib.lesson.spec import Choice, Lesson, Step
from lib.plots.frame import ACCENT, HEIGHT, axis, figure, label, place_label
from lib.plots.titles import index_word, unit_of

MOST_BARS = 40
MOST_SEGMENTS = 12


def shares(lesson: Lesson, values: Mapping[str, Any], *, budget: Budget = UNBOUNDED) -> go.Figure | None:
    """How much each sample (or element) puts into the result: bars that add up to it.

    None where there is nothing to share: one number only, no numbers, or a result that is not a sum of parts.
    """
    steps = run.by_hand(lesson, values, budget=budget)
    step = parts(steps)
    if step is None or np.size(step.value) < 2 or not np.isfinite(step.value).any():
        return None
    each = np.asarray(step.value, dtype=np.float64)
    return _bars(lesson, run.given_values(lesson, values), step, each / _divisor(steps))


def parts(steps: Mapping[str, Step]) -> Step | None:
    """The last step before the result whose numbers add up to it (once divided); None where no step does."""
    *before, result = steps.values()
    if np.ndim(result.value) > 0:
        return result
    for step in reversed(before):
        if step.axes and step.base != "divisor" and _adds_up(step, _divisor(steps), result):
            return step
    return None


def _adds_up(step: Step, divisor: float, result: Step) -> bool:
    with np.errstate(all="ignore"):
        return bool(np.isclose(np.sum(step.value) / divisor, float(result.value), equal_nan=True))


def _divisor(steps: Mapping[str, Step]) -> float:
    return float(steps["divisor"].value) if "divisor" in steps else 1.0


def _bars(lesson: Lesson, given: Mapping[str, Any], step: Step, part: np.ndarray) -> go.Figure:
    names, heights, percent = _largest(part)
    word = index_word(step)
    unit = unit_of(lesson, given)
    bars = {
        "type": "bar",
        "x": names,
        "y": heights,
        "text": percent if len(names) <= 12 else None,
        "textposition": "outside",
        "textangle": 0,
        "constraintext": "none",
        "cliponaxis": False,
        "customdata": percent,
        "hovertemplate": f"{word} %{{x}}: %{{y:.4g}}<br>%{{customdata}} of the result<extra></extra>",
    }
    across = f"{word} (the {MOST_BARS} largest of {part.size})" if part.size > MOST_BARS else word
    up = f"part of the result ({unit})" if unit else "part of the result"
    return figure(
        [bars],
        bargap=0.5,
        xaxis=axis(across, type="category", tickangle=0 if len(names) <= 12 else None),
        yaxis=axis(up, zeroline=True),
        margin={"l": 8, "r": 12, "t": 28, "b": 8},
    )


def _largest(part: np.ndarray) -> tuple[list[str], np.ndarray, list[str]]:
    """Name, size and percentage of each part; of many the largest, still in their order."""
    flat = np.ravel(part)
    chosen = np.sort(np.argsort(-np.abs(flat), kind="stable")[:MOST_BARS])
    names = [_name(np.unravel_index(i, part.shape)) for i in chosen]
    return names, flat[chosen], [_percent(flat[i], flat) for i in chosen]


def _name(index: Sequence[Any]) -> str:
    return str(int(index[0])) if len(index) == 1 else place_label([int(i) for i in index])


def _percent(one: float, every: np.ndarray) -> str:
    """A share in percent; nothing where parts cancel or the whole is no number, so that shares mean nothing."""
    whole = every.sum()
    if not np.isfinite(whole) or whole == 0 or (every * np.sign(whole) < 0).any():
        return ""
    return f"{100 * one / whole:.3g} %"


@dataclass(frozen=True, eq=False)
class _Way:
    """One way to put the losses together: its name, the division in words, the parts that are drawn."""

    name: str
    says: str
    parts: np.ndarray
    torchs_own: bool = True


def divisor(lesson: Lesson, values: Mapping[str, Any], *, budget: Budget = UNBOUNDED) -> go.Figure | None:
    """What are we dividing by? The same losses kept, added, and divided, a line of bars for each reduction.

    Where the mean divides by something else than the count of losses, the count stands below as what PyTorch does not
    do. None for lessons without reduction, or whose result is not made of losses that add up.
    """
    reduction = next((p for p in lesson.parameters if p.name == "reduction"), None)
    if not isinstance(reduction, Choice):
        return None
    worked = {str(o): run.by_hand(lesson, {**values, "reduction": o}, budget=budget) for o in reduction.options}
    chosen = str(run.given_values(lesson, values)["reduction"])
    ways = [w for name in _in_order(worked) if (w := _way(name, worked[name])) is not None]
    if len(ways) < len(worked):
        return None
    unit = unit_of(lesson, run.given_values(lesson, values))
    return _rows([*ways, *_by_the_count(worked)], chosen, f"loss ({unit})" if unit else "loss")


def _in_order(worked: Mapping[str, Any]) -> list[str]:
    """From the losses as they are to the divided ones."""
    order = {"none": 0, "sum": 1, "mean": 2}
    return sorted(worked, key=lambda name: order.get(name, 3))


def _way(name: str, steps: Mapping[str, Step]) -> _Way | None:
    result = list(steps.values())[-1]
    if name == "none":
        return _Way(name, _listed(np.ravel(result.value)), np.ravel(result.value))
    step = parts(steps)
    if step is None:
        return None
    each = np.ravel(step.value)
    says = label(float(result.value))
    if "divisor" in steps:
        says = f"{label(each.sum())} ÷ {_division(steps['divisor'])} = {says}"
    with np.errstate(all="ignore"):
        return _Way(name, says, each / _divisor(steps))


def _listed(losses: np.ndarray, most: int = 4) -> str:
    shown = [label(float(v)) for v in losses[:most]]
    return "no division: " + ", ".join(shown) + (", …" if losses.size > most else "") if shown else "no losses"


def _division(step: Step) -> str:
    """The divisor, as the sum that it is where its formula is short and plain: (1 + 2 + 2)."""
    written = step.in_numbers()
    plain = written and not set(written) & set("\\{}^_") and len(written) <= 24
    return f"({written})" if plain and "+" in written else label(float(step.value))


def _by_the_count(worked: Mapping[str, Mapping[str, Step]]) -> list[_Way]:
    """What dividing by the count of the losses would give, where PyTorch's mean divides by something else."""
    steps = worked.get("mean", {})
    step = parts(steps) if steps else None
    if step is None or "divisor" not in steps or _divisor(steps) == np.size(step.value) or not np.size(step.value):
        return []
    each = np.ravel(step.value)
    says = f"{label(each.sum())} ÷ {each.size}, the count = {label(each.sum() / each.size)}"
    return [_Way("not PyTorch's", says, each / each.size, torchs_own=False)]


def _rows(ways: Sequence[_Way], chosen: str, title: str) -> go.Figure:
    """Each way a line of text and under it its parts in a row; the chosen one named in bold."""
    places = list(range(len(ways)))[::-1]
    notes = [_note(way, place, way.name == chosen) for way, place in zip(ways, places, strict=True)]
    return figure(
        _segments(ways, places),
        xaxis=axis(title, zeroline=True, rangemode="tozero"),
        yaxis={"visible": False, "range": [-0.5, len(ways) - 0.3]},
        barmode="relative",
        bargap=0.62,
        annotations=notes,
        height=max(HEIGHT - 60, 40 + 62 * len(ways)),
    )


def _note(way: _Way, place: int, chosen: bool) -> dict[str, Any]:
    name = f"<b>{way.name}</b>" if chosen else way.name
    arrow = f"<span style='color:{ACCENT}'>●</span> " if chosen else ""
    return {
        "text": f"{arrow}{name}&nbsp;&nbsp; {way.says}",
        "xref": "paper",
        "x": 0,
        "y": place + 0.22,
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "align": "left",
        "opacity": 1 if way.torchs_own else 0.8,
    }


def _segments(ways: Sequence[_Way], places: Sequence[int]) -> list[dict[str, Any]]:
    """A trace for each loss through all rows, so that it keeps its colour; of many losses one trace in one colour."""
    count = max((way.parts.size for way in ways), default=0)
    if count > MOST_SEGMENTS:
        return [_trace("all together", [float(np.nansum(way.parts)) for way in ways], places, ways)]
    return [
        _trace(f"loss {i}", [float(w.parts[i]) if i < w.parts.size else 0.0 for w in ways], places, ways)
        for i in range(count)
    ]


def _trace(name: str, sizes: list[float], places: Sequence[int], ways: Sequence[_Way]) -> dict[str, Any]:
    """Horizontal bars; what PyTorch does not do is paler and striped."""
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "x": sizes,
        "y": list(places),
        "marker": {
            "opacity": [1.0 if way.torchs_own else 0.45 for way in ways],
            "pattern": {"shape": ["" if way.torchs_own else "/" for way in ways]},
        },
        "customdata": [way.name for way in ways],
        "hovertemplate": f"{name}, %{{customdata}}: %{{x:.4g}}<extra></extra>",
    }
