"""The path of a run, its loss, its parameter, and how far each step goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from lib.lesson.optimizer import Optimizer
from lib.lesson.run.trace import Update
from lib.plots.path import leaves_after, lines, losses, paths, points_of
from lib.plots.titles import place_name
from lib.ui.fields import Typed, key_of
from lib.ui.heading import what_the_example_shows
from lib.ui.optimizer_fields import Runs
from lib.ui.text import say
from lib.ui.update_views.pictures import LOSS, OVER, PARAMETER, PICTURES, STEP, choose_picture, draw_picture


def path(lesson: Optimizer, typed: Typed, runs: Runs) -> None:
    """The path, the loss, the parameter or the effective step over the updates."""
    what_the_example_shows(lesson)
    options = [OVER, LOSS, PARAMETER, STEP] if runs.ready.objective else [PARAMETER, STEP]
    with st.container(horizontal=True, vertical_alignment="center", key=key_of(lesson, "pictures")):
        chosen = choose_picture(lesson, "picture", options)
        if runs.ready.objective:
            objective = runs.ready.objective
            st.markdown(f"${objective.formula}$", width="content")
            st.caption(f"{say(objective.says)} {say(objective.noise)}".strip())
    draw_picture(lesson, _picture(runs, chosen), PICTURES[chosen])
    if chosen == OVER and runs.ready.objective:
        last = leaves_after(runs.ready.objective, points_of(runs.params, runs.ready.objective.size))
        if last is not None:
            st.caption(say("After update {last} the path leaves the picture.", last=last))
    if chosen == STEP:
        st.caption(say("How far each element moves per unit of its gradient: plain SGD moves lr in every update."))


def _picture(runs: Runs, chosen: str) -> Any:
    if chosen == OVER and runs.ready.objective:
        points = points_of(runs.params, runs.ready.objective.size)
        return paths(runs.ready.objective, {"path": points}, playable=True)
    if chosen == LOSS:
        values = runs.ready.losses(runs.params)
        return losses({"loss": values}, logarithmic=not np.any(values < 0))
    places = list(np.ndindex(runs.ready.param.shape))[:6]
    tags = {place: place_name(("param", place)) for place in places}
    if chosen == PARAMETER:
        return lines({tags[place]: np.array([param[place] for param in runs.params]) for place in places}, "parameter")
    return lines(_effective_steps(runs, tags), "effective step", first=1)


def _effective_steps(runs: Runs, tags: Mapping[tuple[int, ...], str]) -> dict[str, np.ndarray]:
    """(before − after) / gradient for each element and update."""
    steps = {tag: np.full(len(runs.by_hand), np.nan) for tag in tags.values()}
    for at, (update, before) in enumerate(zip(runs.by_hand, runs.params, strict=False)):
        gradient = _dense_gradient(update, before)
        with np.errstate(all="ignore"):
            step = (before - update.param) / gradient
        for place, tag in tags.items():
            steps[tag][at] = step[place] if np.isfinite(step[place]) else np.nan
    return steps


def _dense_gradient(update: Update, before: np.ndarray) -> np.ndarray:
    if isinstance(update.grad, np.ndarray):
        return update.grad
    if isinstance(update.grad, tuple):
        dense = np.zeros_like(before)
        np.add.at(dense, np.atleast_1d(update.grad[0]), update.grad[1])
        return dense
    return np.asarray(update.grad(before)[1]) if callable(update.grad) else np.full(before.shape, np.nan)
