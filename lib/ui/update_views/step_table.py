"""Every update of a run as a row: by hand, by PyTorch, and where the two part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from lib.budget import Cost
from lib.lesson.optimizer import Optimizer
from lib.lesson.run.trace import Update, buffers, first_parting
from lib.ui.budget import page_budget, said_in_words
from lib.ui.download import download
from lib.ui.fields import Typed, key_of
from lib.ui.optimizer_fields import PRECISION, Runs
from lib.ui.text import say

CELL = Cost(50, 100)  # a number written into the file; the bytes of all are held at once
MOST_COLUMNS = 4  # elements of the parameter that the table shows at once


def torch_parting(runs: Runs, by_torch: Sequence[Update]) -> Any:
    rtol, atol = PRECISION[runs.ready.param.dtype.name]
    return first_parting(runs.by_hand, by_torch, rtol, atol)


def step_table(lesson: Optimizer, typed: Typed, runs: Runs) -> None:
    """A row per update: parameter, gradient and every buffer, by hand and by torch; and where they part, if they do."""
    import pandas as pd

    by_torch = runs.by_torch(page_budget())
    parting = torch_parting(runs, by_torch)
    if parting:
        said = "They first part at update {update}, in {buffer}, by {apart}."
        st.markdown(say(said, update=parting.update, buffer=f"`{parting.buffer}`", apart=f"{parting.apart:.3g}"))
    else:
        st.markdown(say("By hand and PyTorch agree in the parameter and in every buffer of every update."))
    if lesson.exact:
        st.caption(say(lesson.exact))
    places = [tuple(int(i) for i in index) for index in np.ndindex(runs.ready.param.shape)]
    columns = table_columns(runs, by_torch, places[:MOST_COLUMNS])
    if any(name.startswith("grad") for name in columns):
        said = "grad is the gradient that the update was given; every other column is what the update left."
        st.caption(say(said) + (" " + say("None: the row was absent.") if lesson.gradient == "sparse" else ""))
    table = pd.DataFrame(columns, index=pd.RangeIndex(1, len(runs.by_hand) + 1, name=say("update")))
    st.dataframe(table, height=min(38 + 35 * len(table), 420), key=key_of(lesson, "table"))
    with st.container(horizontal=True, vertical_alignment="center"):
        with said_in_words():
            page_budget().need(CELL.kept(len(places) / max(len(places[:MOST_COLUMNS]), 1) * table.size))
            every = pd.DataFrame(table_columns(runs, by_torch, places), index=table.index)
            download(say("CSV"), every.to_csv(), f"{lesson.slug}_updates.csv", "text/csv")
        if len(places) > MOST_COLUMNS:
            said = "The first {shown} of {count} elements; the file has all."
            st.caption(say(said, shown=MOST_COLUMNS, count=len(places)))


def table_columns(runs: Runs, by_torch: Sequence[Update], places: Sequence[tuple[int, ...]]) -> dict[str, list[float]]:
    """Column name → a number per update. Numbers that belong to no element (a step count) have one column."""
    shape = runs.ready.param.shape
    names = list(dict.fromkeys(name for update in runs.by_hand for name, _ in buffers(update.state)))
    columns: dict[str, list[float]] = {}
    for place in places:
        tag = f"[{', '.join(map(str, place))}]" if place else ""
        columns[f"param{tag} by hand"] = [float(u.param[place]) for u in runs.by_hand]
        columns[f"param{tag} PyTorch"] = [float(u.param[place]) for u in by_torch]
        if isinstance(runs.by_hand[0].grad, np.ndarray | tuple):
            columns[f"grad{tag}"] = [_gradient_at(u.grad, place) for u in runs.by_hand]
    for name in names:
        for way, updates in (("by hand", runs.by_hand), ("PyTorch", by_torch)):
            values = [dict(buffers(update.state)).get(name) for update in updates]
            for tag, numbers in _elements(values, shape, places):
                columns[f"{name}{tag} {way}"] = numbers
    return columns


def _gradient_at(grad: Any, place: tuple[int, ...]) -> float:
    """One element of a dense gradient, or of a sparse one (rows, values): NaN where the row is absent."""
    if isinstance(grad, np.ndarray):
        return float(grad[place])
    rows, values = grad
    found = np.flatnonzero(np.atleast_1d(rows) == place[0])
    return float(sum(values[row][place[1:]] for row in found)) if found.size else np.nan


def _elements(
    values: Sequence[np.ndarray | None], shape: tuple[int, ...], places: Sequence[tuple[int, ...]]
) -> list[tuple[str, list[float]]]:
    """A buffer's numbers over the updates, per element where it has the parameter's shape."""
    if all(v is None or np.size(v) == 1 for v in values) and np.prod(shape) != 1:
        return [("", [np.nan if v is None else float(np.ravel(v)[0]) for v in values])]
    return [
        (
            f"[{', '.join(map(str, place))}]" if place else "",
            [np.nan if v is None or v.shape != shape else float(v[place]) for v in values],
        )
        for place in places
        if any(v is not None and v.shape == shape for v in values)
    ]
