"""The loss for several learning rates, and a map of learning rate × momentum."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from lib.budget import Stopped
from lib.lesson import run
from lib.lesson.optimizer import Optimizer
from lib.lesson.run.set_up import set_up
from lib.lesson.run.sweep import final_losses, sweep_range, without_runaways
from lib.lesson.run.trace import divergence, params_of
from lib.plots.path import losses
from lib.plots.sweep import sweep_map
from lib.tensors.number import TensorTextError
from lib.ui.bound import BOUND
from lib.ui.budget import page_budget, said_in_words
from lib.ui.fields import Typed, key_of, read_numbers
from lib.ui.figure import show_figure
from lib.ui.optimizer_fields import Runs
from lib.ui.problem import show_problem
from lib.ui.text import number, say, say_error
from lib.ui.update_views.pictures import CHOOSE

MAP_SIDE = 60
SWEEP_HEIGHT = 380  # pixels: both pictures stand on one line
MOST_RATES = 8
RATES = "0.001, 0.003, 0.01, 0.03, 0.1, 0.3"


def sweep(lesson: Optimizer, typed: Typed, runs: Runs) -> None:
    """The loss for several learning rates, and a map of learning rate × momentum where the update is elementwise."""
    if runs.ready.objective is None:
        st.caption(say("Typed gradients have no loss to sweep over. " + CHOOSE))
        return
    text = st.text_input(
        say("Learning rates"),
        value=RATES,
        key=key_of(lesson, "sweep_rates"),
        **BOUND,
    )
    try:
        typed_rates = read_numbers(text)
    except TensorTextError as error:
        show_problem(error)
        return
    rates = [rate for rate in typed_rates if rate is not None and rate >= 0][:MOST_RATES]
    if len(rates) < len(typed_rates) or not rates:
        st.caption(say("Drawn are up to {most} learning rates of 0 or more.", most=MOST_RATES))
    left, right = st.columns(2, gap="small")
    with left:
        _rate_curves(lesson, typed, rates)
    with right:
        with said_in_words():
            _map(lesson, typed, runs)


def _rate_curves(lesson: Optimizer, typed: Typed, rates: Sequence[float]) -> None:
    """A line per learning rate, and below it the loss that each one ends with."""
    named, ends, left_out = {}, [], []
    for rate in rates:
        try:
            ready = set_up(lesson, {**typed.values, "lr": rate, "drop_at": 0})
            updates = run.trace_by_hand(
                lesson, ready.param, ready.grads, ready.values, ready.updates, budget=page_budget()
            )
        except Stopped:
            raise
        except ValueError as error:
            left_out.append(f"lr {rate:g}: {say_error(error)}")
            continue
        params = params_of(ready.param, updates)
        curve = ready.losses(params)
        gone = divergence(params, curve)
        named[f"lr {rate:g}"] = curve[: gone.update + 1] if gone else curve
        ends.append((rate, say("diverged at update {n}", n=gone.update) if gone else number(curve[-1])))
    if named:
        above_0 = not any(np.any(values < 0) for values in named.values())
        figure = losses(named, logarithmic=above_0, in_order=True).update_layout(height=SWEEP_HEIGHT)
        show_figure(figure, key_of(lesson, "sweep_lines"), "Sweep")
        rows = [f"| lr | {say('loss at the end')} |", "|---|---|", *(f"| {rate:g} | {end} |" for rate, end in ends)]
        st.markdown("\n".join(rows))
    for line in left_out:
        st.caption(say("{line}", line=line))


def _map(lesson: Optimizer, typed: Typed, runs: Runs) -> None:
    if not lesson.sweeps:
        st.caption(say("There is a map only for optimizers that update each number by itself."))
        return
    rates, others = np.logspace(-4, 0, MAP_SIDE), sweep_range(lesson, MAP_SIDE)
    losses_at_the_end = final_losses(lesson, typed.values, rates, others, budget=page_budget())
    grid = without_runaways(losses_at_the_end, runs.ready.loss(runs.ready.param))
    figure = sweep_map(rates, others, grid, lesson.sweeps)
    figure.update_layout(height=SWEEP_HEIGHT)
    show_figure(figure, key_of(lesson, "sweep_map"), "Map")
    said = "{count} runs: the loss after the last update, over learning rate and {other}. The ring is the lowest."
    grey = "" if np.isfinite(grid).all() else " " + say("Grey runs diverged.")
    st.caption(say(said, count=f"{grid.size:,}", other=lesson.sweeps) + grey)
