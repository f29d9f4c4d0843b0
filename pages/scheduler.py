"""A learning-rate scheduler: set-up, your working of one epoch next to PyTorch, and one view below."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import streamlit as st

from lib.lesson import run
from lib.lesson.run.schedule import MOST_STEPS
from lib.lesson.scheduler import Scheduler
from lib.lesson.working.whole_run import of_epochs
from lib.ui import views
from lib.ui.bound import bound_whole
from lib.ui.budget import page_budget, said_in_words
from lib.ui.choices import View, choose_view
from lib.ui.fields import Typed, example_texts, field, key_of
from lib.ui.heading import heading, neighbours, spec_of, try_button
from lib.ui.lesson_grid import lesson_grid, letters
from lib.ui.optimizer_fields import fields_and_switches
from lib.ui.paste_code import paste_code
from lib.ui.problem import show_refusal
from lib.ui.scheduler_views import Schedule, code, compare, curve, pitfalls, schedule_of, table
from lib.ui.text import say
from lib.ui.undo import undo_button
from lib.ui.working import WayHere, guided_working, says_it_is_covered

VIEWS: Mapping[str, View[Callable[[Scheduler, Schedule, int], None]]] = {
    "curve": View("Curve", curve),
    "table": View("Table", table),
    "compare": View("Compare", compare),
    "pitfalls": View("Pitfalls", pitfalls),
    "code": View("Code", code),
}


def render(lesson: Scheduler) -> None:
    """The whole page."""
    heading(lesson, views.about)
    inputs, working = lesson_grid(lesson)
    with inputs:
        typed = _fields(lesson)
        paste_code(lesson.slug)
        letters(lesson)
    with working:
        schedule = _schedule(lesson, typed)
        epoch = _working(lesson, schedule, typed) if schedule else 0
    with st.container(key=key_of(lesson, "below")):
        _below(lesson, schedule, epoch)
    neighbours(lesson.slug)


def _fields(lesson: Scheduler) -> Typed:
    """The learning rate, the epochs, torch's arguments; the rare ones folded away."""
    typed = Typed({}, {})
    if lesson.watches_metric:
        field(lesson, spec_of(lesson, "metrics"), example_texts(lesson)[0]["metrics"], "float64", typed)
    fields_and_switches(lesson, [s for s in lesson.form if not s.rare and s.name != "metrics"], "float64", typed)
    rare = [spec for spec in lesson.form if spec.rare]
    if rare:
        with st.expander(say("More settings"), key=key_of(lesson, "more"), on_change="rerun"):
            fields_and_switches(lesson, rare, "float64", typed)
    return typed


def _schedule(lesson: Scheduler, typed: Typed) -> Schedule | None:
    """The schedule both ways, or in words what stands in the way, with torch's own message where it refuses too."""
    if typed.problems:
        st.info(say("Your working waits for: {fields}.", fields=", ".join(typed.problems)))
        return None
    steps = int(typed.values["steps"])
    if not 1 <= steps <= MOST_STEPS:
        st.error(say("steps is {steps}; expected 1 to {most}.", steps=steps, most=MOST_STEPS))
        return None
    try:
        return schedule_of(lesson, typed.values)
    except run.REFUSALS as error:
        show_refusal(error)
    return None


def _working(lesson: Scheduler, schedule: Schedule, typed: Typed) -> int:
    """One epoch step by step; which one it is."""
    last = len(schedule.rates) - 1
    key = key_of(lesson, "at")
    with st.container(horizontal=True, vertical_alignment="center", key=key_of(lesson, "which")):
        if st.session_state.get(key, 0) > last:
            st.session_state[key] = last
        st.markdown(say("Epoch"), width="content")
        first = _interesting(schedule)
        epoch = st.number_input(
            say("Epoch to work"),
            min_value=0,
            max_value=last,
            value=min(first, last),
            key=key,
            label_visibility="collapsed",
            width=130,
            **bound_whole(key),
        )
        st.markdown(say(":gray[0 to {last}]", last=last), width="content")
        before = schedule.by_hand[epoch - 1].lr if epoch else schedule.values.get("lr", 0.1)
        st.markdown(say(":gray[learning rate before it: {lr}]", lr=f"{before:.6g}"), width="content")
        if epoch == first > 1:
            st.markdown(say(":gray[the first epoch in which the learning rate changes]"), width="content")
    torch = run.TorchResult(np.array(schedule.by_torch[epoch]), {}, ())
    with said_in_words():
        values, form = schedule.by_hand[epoch].given, typed.values
        whole_run = _epochs_before(lesson, schedule, int(epoch))
        guided_working(lesson, values, "forward", torch, f"update_{epoch}", form, whole_run)
    return int(epoch)


def _epochs_before(lesson: Scheduler, schedule: Schedule, epoch: int) -> WayHere:
    return lambda: of_epochs(lesson, schedule.values, epoch, schedule.metrics, budget=page_budget())


def _interesting(schedule: Schedule) -> int:
    """The first epoch after the start in which the learning rate changes."""
    changed = np.flatnonzero(np.diff(schedule.by_torch) != 0)
    return int(changed[0]) + 1 if changed.size else 1


def _below(lesson: Scheduler, schedule: Schedule | None, epoch: int) -> None:
    """One view at a time, computed only when open and kept in the URL; beside it a change worth trying."""
    with st.container(horizontal=True, vertical_alignment="center", key=key_of(lesson, "views")):
        chosen = choose_view(VIEWS, key_of(lesson, "view"))
        try_button(lesson)
        undo_button(lesson)
    if schedule is None and chosen != "pitfalls":
        st.caption(say("This view waits until the input can be used."))
    elif chosen == "pitfalls" or not says_it_is_covered(lesson):
        with said_in_words():
            VIEWS[chosen].draw(lesson, schedule, epoch)  # type: ignore[arg-type]
