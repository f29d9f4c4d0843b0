"""The views below a scheduler's first screen, each computed only when it is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from lib.budget import Budget, Stopped
from lib.catalog import SCHEDULERS
from lib.lesson import run
from lib.lesson.code.scheduler import numpy_program, pytorch_lines
from lib.lesson.run.schedule import Rate, groups_by_torch, schedule_by_hand
from lib.lesson.scheduler import Scheduler
from lib.plots.schedule import metric_curve, rate_curve, rate_lines
from lib.refusal import Refusal
from lib.ui.budget import page_budget
from lib.ui.download import download
from lib.ui.fields import form_key, key_of
from lib.ui.figure import show_figure
from lib.ui.heading import what_the_example_shows
from lib.ui.kept import kept
from lib.ui.pitfalls import show_pitfalls, show_references
from lib.ui.plain_numpy import numpy_function
from lib.ui.text import say, say_error

CLOSE = (1e-9, 1e-12)


@dataclass(frozen=True, eq=False)
class Schedule:
    """One schedule by hand and by PyTorch; `momenta` are PyTorch's."""

    values: Mapping[str, Any]
    metrics: Sequence[float] | None
    by_hand: Sequence[Rate]
    by_torch: np.ndarray
    momenta: np.ndarray

    @property
    def rates(self) -> np.ndarray:
        return np.array([rate.lr for rate in self.by_hand])


def schedule_of(lesson: Scheduler, form: Mapping[str, Any]) -> Schedule:
    """The schedule for what the fields hold. Raises ValueError in plain words, and PyTorch's own exceptions."""
    return kept((lesson.slug, form_key(form)), lambda: _schedule(lesson, dict(form), page_budget()))


def _schedule(lesson: Scheduler, form: dict[str, Any], budget: Budget) -> Schedule:
    steps, metrics = int(form["steps"]), form.get("metrics")
    values = {name: value for name, value in form.items() if name not in ("steps", "metrics")}
    if metrics is not None:
        metrics = np.ravel(metrics).tolist()
        if not metrics:
            raise Refusal("metrics is empty; expected one number per epoch.")
    by_hand = schedule_by_hand(lesson, values, steps, metrics, budget=budget)
    rates, momenta = groups_by_torch(lesson, values, steps, metrics, budget=budget)
    return Schedule(values, metrics, by_hand, rates, momenta)


def curve(lesson: Scheduler, schedule: Schedule, epoch: int) -> None:
    """The learning rate over all epochs; beside it the momentum where that is cycled too, or what is watched."""
    what_the_example_shows(lesson)
    watched = _watched(lesson, schedule)
    columns = st.columns(1 if watched is None and not _cycles(lesson, schedule) else 2, gap="small")
    with columns[0]:
        figure = rate_curve(schedule.rates, schedule.by_torch, epoch)
        show_figure(figure, key_of(lesson, "figure"), "Curve")
    if _cycles(lesson, schedule):
        with columns[1]:
            momenta = np.array([float(rate.state["momentum"]) for rate in schedule.by_hand])
            figure = rate_curve(momenta, schedule.momenta, epoch, "momentum")
            show_figure(figure, key_of(lesson, "momentum_figure"), "Momentum")
    elif watched is not None:
        with columns[1]:
            show_figure(metric_curve(watched, epoch), key_of(lesson, "metric_figure"), "Metric")


def _watched(lesson: Scheduler, schedule: Schedule) -> np.ndarray | None:
    """The metric after each epoch, the last one again where there are fewer; None where nothing is watched."""
    if not lesson.watches_metric or schedule.metrics is None:
        return None
    places = np.minimum(np.arange(len(schedule.rates)), len(schedule.metrics) - 1)
    return np.array(schedule.metrics)[places]


def _cycles(lesson: Scheduler, schedule: Schedule) -> bool:
    return lesson.cycles_momentum(schedule.by_hand[0].given)


def table(lesson: Scheduler, schedule: Schedule, epoch: int) -> None:
    """A row per epoch, by hand beside torch, and where they first part, if they do."""
    import pandas as pd

    same = np.isclose(schedule.rates, schedule.by_torch, *CLOSE, equal_nan=True)
    if same.all():
        st.markdown(say("By hand and PyTorch agree in every epoch."))
    else:
        st.markdown(say("They first part in epoch {epoch}.", epoch=int(np.argmin(same))))
    columns: dict[str, Any] = {say("by hand"): schedule.rates, say("PyTorch"): schedule.by_torch}
    watched = _watched(lesson, schedule)
    if watched is not None:
        columns[say("metric after the epoch")] = watched
    if _cycles(lesson, schedule):
        columns[say("momentum, by hand")] = [float(rate.state["momentum"]) for rate in schedule.by_hand]
        columns[say("momentum, PyTorch")] = schedule.momenta
    frame = pd.DataFrame(columns, index=pd.RangeIndex(len(schedule.rates), name=say("epoch")))
    st.dataframe(frame, height=min(38 + 35 * len(frame), 420), key=key_of(lesson, "table"))
    download(say("CSV"), frame.to_csv(), f"{lesson.slug}_rates.csv", "text/csv")


def compare(lesson: Scheduler, schedule: Schedule, epoch: int) -> None:
    """Up to four schedules on the same axes, the others as their first example sets them up."""
    others = st.multiselect(
        say("Beside this one"),
        [slug for slug in SCHEDULERS if slug != lesson.slug and not SCHEDULERS[slug].watches_metric],
        default=[slug for slug in ("step_lr", "cosine_annealing_lr") if slug in SCHEDULERS and slug != lesson.slug],
        format_func=lambda slug: SCHEDULERS[slug].title,
        max_selections=3,
        key=key_of(lesson, "beside"),
        persist_state="session",
    )
    base, steps = schedule.values.get("lr", 0.1), len(schedule.rates)
    named, left_out = {lesson.title: schedule.rates}, []
    for slug in others:
        other = SCHEDULERS[slug]
        values = {n: v for n, v in other.examples[0].values.items() if n not in ("steps", "metrics")}
        try:
            named[other.title] = run.lr_by_hand(other, {**values, "lr": base}, steps, budget=page_budget())
        except Stopped:
            raise
        except ValueError as error:
            left_out.append(f"{other.title}: {say_error(error)}")
    show_figure(rate_lines(named), key_of(lesson, "compare_lines"), "Compare")
    st.caption(say("The others have the settings of their first example, and this page's learning rate and epochs."))
    for line in left_out:
        st.caption(say("Left out: {line}", line=line))


def pitfalls(lesson: Scheduler, schedule: Schedule | None, epoch: int) -> None:
    """What goes wrong in practice, and where to read on."""
    show_pitfalls(lesson.pitfalls)
    show_references(lesson.sources)


def code(lesson: Scheduler, schedule: Schedule, epoch: int) -> None:
    """The PyTorch lines that print the rates, and the function in plain NumPy."""
    arguments = (lesson, schedule.values, len(schedule.rates), schedule.metrics)
    left, right = st.columns([0.42, 0.58], gap="small")
    with left:
        st.markdown(say("**PyTorch**: the lines that give these learning rates"))
        st.code(pytorch_lines(*arguments), language="python")
    with right:
        st.markdown(say("**NumPy**: the function itself"))
        uncovered = numpy_function(lesson)
    if uncovered and lesson.parts is None:
        with left:
            download(say("Program of every step"), numpy_program(*arguments), f"{lesson.slug}_by_hand.py")
