"""Up to four optimizers from the same start."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from lib.catalog import OPTIMIZERS
from lib.lesson.optimizer import Optimizer
from lib.lesson.run.rivals import BEST, HOW, Rival, rivals
from lib.lesson.run.set_up import SetUp
from lib.lesson.run.trace import divergence
from lib.plots.path import losses, paths, points_of
from lib.ui.budget import page_budget
from lib.ui.fields import Typed, key_of
from lib.ui.optimizer_fields import Runs
from lib.ui.text import number, plain, say
from lib.ui.update_views.pictures import CHOOSE, LOSS, OVER, choose_picture, draw_picture


def compare(lesson: Optimizer, typed: Typed, runs: Runs) -> None:
    """Up to four optimizers from the same start."""
    if runs.ready.objective is None:
        st.caption(
            say("Typed gradients stay the same whatever the parameter does, so there is no path to compare. " + CHOOSE)
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.multiselect(
            say("Beside this one"),
            [slug for slug in OPTIMIZERS if slug != lesson.slug],
            default=[slug for slug in ("sgd", "adam") if slug in OPTIMIZERS and slug != lesson.slug],
            format_func=lambda slug: OPTIMIZERS[slug].title,
            max_selections=3,
            key=key_of(lesson, "beside"),
            width=350,
            persist_state="session",
        )
        how = st.selectbox(
            say("Learning rate of each"),
            list(HOW),
            format_func=lambda way: say(HOW[way]),
            key=key_of(lesson, "rates"),
            width=270,
            persist_state="session",
        )
        with st.container(width="content"):
            options = [OVER, LOSS] if runs.ready.objective.size > 1 else [LOSS, OVER]  # on one curve paths hide others
            picture = choose_picture(lesson, "compare_picture", options)
    found = rivals(lesson, typed.values, [OPTIMIZERS[slug] for slug in chosen], how, budget=page_budget())
    for rival in found:
        if rival.refused:
            st.caption(say("{name} is left out: {why}", name=rival.name, why=plain(rival.refused)))
    drawn = [rival for rival in found if not rival.refused]
    objective = runs.ready.objective
    if picture == OVER:
        figure = paths(objective, {r.legend: points_of(r.params, objective.size) for r in drawn})
    else:
        every = {r.legend: runs.ready.losses(r.params) for r in drawn}
        figure = losses(every, logarithmic=not any(np.any(values < 0) for values in every.values()))
    draw_picture(lesson, figure, "Compare")
    st.markdown(_final_losses(drawn, runs.ready))
    if how == BEST:
        st.caption(
            say(
                "Learning rates are tuned, for each optimizer by itself: 13 from 0.0001 to 1 were tried, "
                "and the one with the lowest loss at the end is drawn."
            )
        )
    if any(OPTIMIZERS[slug].gradient == "closure" for slug in (lesson.slug, *chosen)):
        st.caption(say("An update of L-BFGS is one step(): up to max_iter turns, each with a loss and a gradient."))


def _final_losses(drawn: Sequence[Rival], ready: SetUp) -> str:
    """A Markdown table: optimizer, its learning rate and how it was chosen, the loss at the end."""
    rows = [f"| {say('optimizer')} | lr | {say('chosen as')} | {say('loss at the end')} |", "|---|---|---|---|"]
    for rival in drawn:
        curve = ready.losses(rival.params)
        gone = divergence(rival.params, curve)
        end = say(gone.says) if gone else number(curve[-1])
        rows.append(f"| {rival.name} | {rival.rate:g} | {say(rival.chosen)} | {end} |")
    return "\n".join(rows)
