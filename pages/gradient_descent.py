"""Gradient descent and the learning rate: one parabola, every learning rate, and why a quarter is the border."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from lib.lesson import run
from lib.training.descent import descent
from lib.training.descent.descent import FAR, LESSON, NEAR, Outlook, Path
from lib.ui.bound import BOUND, bound_whole
from lib.ui.budget import page_budget, said_in_words
from lib.ui.choices import View, choose_view
from lib.ui.descent.directions import show_directions
from lib.ui.descent.setting import Setting
from lib.ui.descent.sweep import show_sweep
from lib.ui.descent.walk import show_table, show_walk
from lib.ui.descent.why import show_why
from lib.ui.fields import key_of
from lib.ui.heading import neighbours
from lib.ui.page import Page
from lib.ui.page_title import worked_page_title
from lib.ui.picks import slider_with_picks
from lib.ui.pitfalls import show_pitfalls, show_references
from lib.ui.text import number, say
from lib.ui.working import guided_working

PAGE = Page(title=LESSON.title, group=LESSON.group, order=LESSON.order, names=LESSON.names, purpose=LESSON.purpose)
PICKS = (1.0, 0.5, 0.25, 0.2, 0.125, 0.1, 0.01)
RATES = tuple(step / 200 for step in (*range(1, 60), *range(60, 201, 10)))  # finer where it matters
MOST_ITERATIONS = 200


def render() -> None:
    """The whole page."""
    worked_page_title(PAGE, LESSON)
    left, right = st.columns([0.29, 0.71], gap="small")
    with left, st.container(border=True, key=key_of(LESSON, "input_card")):
        setting = _settings()
    path = descent.path_by_hand(setting.lr, setting.start, setting.iterations)
    with right, st.container(border=True, key=key_of(LESSON, "working_card")):
        _one_update(path, setting)
    st.info(outlook_text(descent.outlook(setting.lr, setting.start), setting))
    _view(path, setting)
    neighbours("gradient_descent")


def _settings() -> Setting:
    lr = slider_with_picks(say("Learning rate"), key_of(LESSON, "lr"), RATES, 0.2, PICKS)
    start, iterations = st.columns(2, gap="small")
    with start:
        x = st.number_input(
            say("Start x"),
            -100.0,
            100.0,
            2.0,
            0.5,
            format="%g",
            key=key_of(LESSON, "start"),
            **BOUND,
        )
    with iterations:
        count = st.number_input(
            say("Iterations"),
            1,
            MOST_ITERATIONS,
            20,
            key=key_of(LESSON, "iterations"),
            **bound_whole(key_of(LESSON, "iterations")),
        )
    return Setting(lr, float(x), int(count))


def _one_update(path: Path, setting: Setting) -> None:
    """The learner predicts where one update leads."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(say("Predict the update of iteration"), width="content")
        iteration = st.number_input(
            say("Iteration to work"),
            0,
            setting.iterations - 1,
            0,
            key=key_of(LESSON, "iteration"),
            label_visibility="collapsed",
            width=150,
            **bound_whole(key_of(LESSON, "iteration")),
        )
        st.markdown(say("which starts at x = **{x}**", x=number(path.x[iteration])), width="content")
    values = descent.given_at(path, int(iteration), setting.lr)
    guided_working(LESSON, values, "forward", run.torch_result(LESSON, values, budget=page_budget()), form={})


def outlook_text(future: Outlook, setting: Setting) -> str:
    """What becomes of x with this learning rate, in words and numbers."""
    return say(OUTLOOKS[future.kind]).format(
        lr=f"{setting.lr:g}",
        factor=f"{future.factor:.3g}".replace("-", "−"),
        size=f"{abs(future.factor):.3g}",
        loss=f"{future.factor**2:.3g}",
        way=say("turns x to the other side of the minimum and ") if future.factor < 0 else "",
        passes=future.passes,
        x=f"{abs(setting.start):g}",
        near=f"{NEAR:f}",
        far=f"{FAR:,.0f}",
    )


OUTLOOKS: Mapping[str, str] = {
    "still": "**Nothing moves**: x = 0 is the minimum, and the gradient is 0 there.",
    "arrives": "**Arrives in one update**: 1 − 8 · {lr} = 0, so the first update lands exactly on the minimum.",
    "falls": "**Converges**: each update {way}multiplies x by 1 − 8 · {lr} = {factor}, so the loss by {loss}. "
    "It is below {near} from iteration {passes} on.",
    "swings": "**Swings for ever**: 1 − 8 · {lr} = {factor}, so x jumps between {x} and −{x} and the loss never falls: "
    "the border.",
    "diverges": "**Diverges**: each update {way}multiplies x by 1 − 8 · {lr} = {factor}, {size} times further away. "
    "The loss is beyond {far} at iteration {passes}; pictures end there.",
}


def _view(path: Path, setting: Setting) -> None:
    """One view at a time, kept in the URL."""
    chosen = choose_view(VIEWS, key_of(LESSON, "view"))
    with said_in_words():
        VIEWS[chosen].draw(path, setting)


def _code(path: Path, setting: Setting) -> None:
    """The program behind the table, and what older articles do otherwise."""
    st.code(descent.pytorch_lines(setting.lr, setting.start, setting.iterations), language="python")
    show_pitfalls(LESSON.pitfalls)
    show_references(LESSON.sources)


VIEWS: Mapping[str, View[Callable[[Path, Setting], None]]] = {
    "path": View("Path", show_walk),
    "table": View("Table", show_table),
    "why": View("Why ¼", show_why),
    "sweep": View("Ten learning rates", show_sweep),
    "directions": View("Directions", show_directions),
    "code": View("Code and pitfalls", _code),
}
