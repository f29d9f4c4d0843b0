"""An optimizer: set-up, your working of one update next to PyTorch, and one view below. Made from the LESSON alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import streamlit as st

from lib.budget import OverBudget, Stopped
from lib.lesson import run
from lib.lesson.optimizer import Optimizer
from lib.lesson.working.trace import judge_trace
from lib.lesson.working.whole_run import of_updates
from lib.tensors.number import TensorTextError
from lib.tensors.read import read
from lib.ui import views
from lib.ui.bound import BOUND, bound_whole
from lib.ui.budget import page_budget, said_in_words
from lib.ui.choices import View, choose_view
from lib.ui.fields import Typed, key_of
from lib.ui.heading import heading, neighbours, try_button
from lib.ui.lesson_grid import lesson_grid, letters
from lib.ui.optimizer_fields import Runs, optimizer_fields, ready_runs, working_values
from lib.ui.paste_code import paste_code
from lib.ui.problem import show_problem, show_refusal, show_torchs_words
from lib.ui.text import say
from lib.ui.undo import undo_button
from lib.ui.update_views.code import code, pitfalls
from lib.ui.update_views.compare import compare
from lib.ui.update_views.conventions import conventions
from lib.ui.update_views.path import path
from lib.ui.update_views.step_table import step_table
from lib.ui.update_views.sweep import sweep
from lib.ui.working import WayHere, guided_working, says_it_is_covered

VIEWS: Mapping[str, View[Callable[[Optimizer, Typed, Runs], None]]] = {
    "path": View("Path", path),
    "table": View("Step-by-step table", step_table),
    "compare": View("Compare", compare),
    "sweep": View("Sweep", sweep),
    "conventions": View("Conventions", conventions),
    "pitfalls": View("Pitfalls", pitfalls),
    "code": View("Code", code),
}


def render(lesson: Optimizer) -> None:
    """The whole page."""
    heading(lesson, views.about)
    inputs, working = lesson_grid(lesson)
    with inputs:
        typed = optimizer_fields(lesson)
        paste_code(lesson.slug)
        letters(lesson)
    with working:
        runs = _runs(lesson, typed)
        if runs:
            with said_in_words():
                _working(lesson, runs, typed)
    with st.container(key=key_of(lesson, "below")):
        _below(lesson, typed, runs)
    neighbours(lesson.slug)


def _runs(lesson: Optimizer, typed: Typed) -> Runs | None:
    """Both traces, or in words what stands in the way, with torch's own message where it refuses too."""
    if typed.problems:
        st.info(say("Your working waits for: {fields}.", fields=", ".join(typed.problems)))
        return None
    try:
        return ready_runs(lesson, typed.values)
    except (OverBudget, Stopped) as stopped:
        show_refusal(stopped)
        return None
    except ValueError as error:
        refusal, said_by_torch = error, views.torch_refusal(lesson, typed.values)
    except run.REFUSALS as error:
        refusal, said_by_torch = None, f"{type(error).__name__}: {error}"
    show_refusal(refusal)
    show_torchs_words(said_by_torch)
    return None


def _working(lesson: Optimizer, runs: Runs, typed: Typed) -> None:
    """One update step by step, or the parameter after each of the first updates."""
    with st.container(horizontal=True, vertical_alignment="center", key=key_of(lesson, "which")):
        count = len(runs.by_hand)
        key = key_of(lesson, "at")
        if st.session_state.get(key, 1) > count:
            st.session_state[key] = count
        st.markdown(say("Update"), width="content")
        first = _first_to_see(runs)
        update = st.number_input(
            say("Update to work"),
            min_value=1,
            max_value=count,
            value=first,
            key=key,
            label_visibility="collapsed",
            width=130,
            **bound_whole(key),
        )
        st.markdown(say(":gray[of {count}]", count=count), width="content")
        if update == first > 1:
            st.markdown(say(":gray[the first update that moves the parameter]"), width="content")
        whole = st.toggle(say("Only the parameter, update by update"), key=key_of(lesson, "whole_trace"))
    if whole:
        _own_values(lesson, runs)
    elif runs.by_hand[update - 1].grad is not None:
        torch = run.TorchResult(runs.torch_up_to(update, budget=page_budget())[-1].param, {}, ())
        values, form = working_values(lesson, runs, update), typed.values
        whole_run = _updates_before(lesson, runs, update)
        guided_working(lesson, values, "forward", torch, f"update_{update}", form, whole_run)
    _divergence_note(runs)


def _updates_before(lesson: Optimizer, runs: Runs, update: int) -> WayHere:
    return lambda: of_updates(lesson, runs.ready, update, budget=page_budget())


def _first_to_see(runs: Runs) -> int:
    """The first update that moves the parameter: mostly update 1. Where none moves it, update 1 is as good as any."""
    before = [runs.ready.param, *(update.param for update in runs.by_hand)]
    moved = (n for n, update in enumerate(runs.by_hand, 1) if np.any(update.param != before[n - 1]))
    return next(moved, 1)


def _divergence_note(runs: Runs) -> None:
    if runs.divergence:
        st.warning(say(runs.divergence.says), icon=":material/trending_up:")


def _own_values(lesson: Optimizer, runs: Runs) -> None:
    """The learner's own parameter after the first updates, compared with torch's."""
    text = st.text_input(
        say("Your parameter after update 1, 2, … as a list"),
        key=key_of(lesson, "own"),
        placeholder=say("such as {example}", example=_placeholder(runs)),
        **BOUND,
    )
    if not text.strip():
        st.caption(say("Type as many updates as you like; the first one that parts is named."))
        return
    try:
        typed = read(text)
    except TensorTextError as error:
        show_problem(error)
        return
    for line in judge_trace(lesson, runs.ready, runs.by_hand, typed, budget=page_budget()):
        st.markdown(say(line))


def _placeholder(runs: Runs) -> str:
    zeros = np.zeros((2, *runs.ready.param.shape), dtype=int)
    return str(zeros.tolist())


def _below(lesson: Optimizer, typed: Typed, runs: Runs | None) -> None:
    """One view at a time, computed only when open and kept in the URL; beside it a change worth trying."""
    with st.container(horizontal=True, vertical_alignment="center", key=key_of(lesson, "views")):
        chosen = choose_view(VIEWS, key_of(lesson, "view"))
        try_button(lesson)
        undo_button(lesson)
    if runs is None and chosen != "pitfalls":
        st.caption(say("This view waits until the input can be used."))
    elif chosen == "pitfalls" or not says_it_is_covered(lesson):
        with said_in_words():
            VIEWS[chosen].draw(lesson, typed, runs)  # type: ignore[arg-type]
