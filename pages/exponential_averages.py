"""Exponential averages and momentum: one average by hand, how long it remembers, and what momentum does instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import streamlit as st

from lib.lesson import run
from lib.plots import averages as pictures
from lib.refusal import Refusal
from lib.tensors.read import parse
from lib.training.descent import averages
from lib.training.descent.averages import LESSON
from lib.ui.averages.buffer import show_buffer
from lib.ui.averages.memory import ARTICLES_BETAS, show_memory
from lib.ui.averages.momentum import BETAS, show_momentum
from lib.ui.bound import BOUND, bound_whole
from lib.ui.budget import page_budget, said_in_words
from lib.ui.choices import View, choose_view
from lib.ui.fields import key_of
from lib.ui.figure import show_figure
from lib.ui.heading import neighbours
from lib.ui.page import Page
from lib.ui.page_title import worked_page_title
from lib.ui.picks import slider_with_picks
from lib.ui.problem import show_problem
from lib.ui.text import number, say
from lib.ui.working import guided_working

PAGE = Page(title=LESSON.title, group=LESSON.group, order=LESSON.order, names=LESSON.names, purpose=LESSON.purpose)
SERIES = "[10, 12, 9, 14, 11, 13]"
MOST_DAYS = 60


def render() -> None:
    """The whole page."""
    worked_page_title(PAGE, LESSON)
    left, right = st.columns([0.29, 0.71], gap="small")
    with left, st.container(border=True, key=key_of(LESSON, "input_card")):
        series, beta = _inputs()
    if series is None:
        st.info(say("Your working waits for a list of numbers."))
    else:
        with right, st.container(border=True, key=key_of(LESSON, "working_card")):
            day = _working(series, beta)
        _view(series, beta, day)
    neighbours("exponential_averages")


def _inputs() -> tuple[np.ndarray | None, float]:
    text = st.text_input(
        say("One number per day"),
        value=SERIES,
        key=key_of(LESSON, "series"),
        **BOUND,
    )
    series: np.ndarray | None = None
    try:
        series = series_in(text)
    except ValueError as error:
        show_problem(error)
    beta = slider_with_picks(say("β"), key_of(LESSON, "beta"), BETAS, 0.9, ARTICLES_BETAS)
    return series, beta


def series_in(text: str) -> np.ndarray:
    """The numbers typed, as a list. ValueError in plain words for what cannot be one."""
    series = np.atleast_1d(parse(text, np.float64))
    if len(series) > MOST_DAYS:
        raise Refusal("{count} numbers are typed; expected at most {most}", count=len(series), most=MOST_DAYS)
    averages.check(series=series, beta=0.0, t=1)
    return series


def _working(series: np.ndarray, beta: float) -> int:
    """The learner works the average of one day; returns that day."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(say("Work the average up to day"), width="content")
        day = st.number_input(
            say("Day to work"),
            1,
            len(series),
            min(2, len(series)),
            key=key_of(LESSON, "t"),
            label_visibility="collapsed",
            width=150,
            **bound_whole(key_of(LESSON, "t")),
        )
        st.markdown(say("from v₀ = 0"), width="content")
    values = {"series": series, "beta": beta, "t": int(day)}
    guided_working(LESSON, values, "forward", run.torch_result(LESSON, values, budget=page_budget()), form={})
    return int(day)


def _view(series: np.ndarray, beta: float, day: int) -> None:
    """One view at a time, kept in the URL."""
    chosen = choose_view(VIEWS, key_of(LESSON, "view"))
    with said_in_words():
        VIEWS[chosen].draw(series, beta, day)


def _picture(series: np.ndarray, beta: float, day: int) -> None:
    """The series smoothed, and how much each of its numbers counts."""
    left, right = st.columns([0.6, 0.4], gap="small")
    with left:
        show_figure(pictures.smoothed(series, beta, day), key_of(LESSON, "smoothed"), "The numbers and their averages")
    with right:
        show_figure(pictures.shares(series, beta, day), key_of(LESSON, "shares"), "How much each number counts")
    raw, corrected = averages.averages(series, beta)
    counts = run.torch_result(LESSON, {"series": series, "beta": beta, "t": day}, budget=page_budget()).grads["series"]
    st.caption(
        say(
            "On day {day} the weights add up to $1-{beta:g}^{{{day}}}$ = {total}: the average from 0 is {raw}, "
            "that share of the corrected one, {corrected}. The corrected weights are its gradient: "
            "PyTorch's autograd gives {counts}.",
            day=day,
            beta=beta,
            total=number(averages.total_weight(beta, day)),
            raw=number(raw[day - 1]),
            corrected=number(corrected[day - 1]),
            counts=number(counts[:day]),
        )
    )


VIEWS: Mapping[str, View[Callable[[np.ndarray, float, int], None]]] = {
    "picture": View("Picture", _picture),
    "memory": View("Weights and memory", show_memory),
    "momentum": View("Momentum", show_momentum),
    "buffer": View("SGD's buffer", show_buffer),
}
