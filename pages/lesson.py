"""A lesson: input, your working next to PyTorch, and one view below. Made from the LESSON alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import streamlit as st

from lib.budget import OverBudget, Stopped
from lib.lesson import run
from lib.lesson.pieces.checks import NotADistribution
from lib.lesson.pieces.draw import draw_values
from lib.lesson.spec import Lesson
from lib.ui import views
from lib.ui.budget import page_budget, said_in_words
from lib.ui.choices import View, choose_view
from lib.ui.fields import Typed, as_text, fill, input_fields, key_of, take_uploaded
from lib.ui.heading import heading, neighbours, spec_of, try_button, what_the_example_shows
from lib.ui.lesson_grid import lesson_grid, letters
from lib.ui.own_numpy import exercise_for, own_numpy
from lib.ui.paste_code import paste_code
from lib.ui.pictures import picture
from lib.ui.problem import show_refusal, show_torchs_words
from lib.ui.text import number, say
from lib.ui.undo import undo_button
from lib.ui.working import guided_working, says_it_is_covered

VIEWS: Mapping[str, View[Callable[[Lesson, Mapping[str, Any]], None]]] = {
    "picture": View("Picture", picture),
    "gradient": View("Gradient", views.gradient),
    "extreme_inputs": View("Extreme inputs", views.extreme_inputs),
    "pitfalls": View("Pitfalls", views.pitfalls),
    "code": View("Code", views.code),
    "own_numpy": View("Your own NumPy", own_numpy),
}
WITHOUT_VALUES = ("extreme_inputs", "pitfalls")  # views that show something whatever stands in the fields


def render(lesson: Lesson) -> None:
    """The whole page."""
    take_uploaded(lesson)
    heading(lesson, views.about, draw=_draw_random)
    inputs, working = lesson_grid(lesson)
    with inputs:
        typed = input_fields(lesson)
        paste_code(lesson.slug)
        letters(lesson)
    with working:
        usable = False
        with said_in_words():
            usable = _result(lesson, typed)
    with st.container(key=key_of(lesson, "below")):
        _below(lesson, typed, usable)
    neighbours(lesson.slug)


def _draw_random(lesson: Lesson) -> dict[str, Any]:
    return draw_values(lesson, lesson.shapes[0], seed=time.time_ns() % 2**32)


def _result(lesson: Lesson, typed: Typed) -> bool:
    """The working beside torch's number, or what stands in the way in plain words; whether the values can be used."""
    if typed.problems:
        st.info(say("Your working waits for: {fields}.", fields=", ".join(typed.problems)))
        return False
    refusal = refusal_of(lesson, typed.values)
    torch, torch_error = _ask_torch(lesson, typed.values)
    if refusal or torch is None:
        _refused(lesson, typed.values, refusal, torch_error)
        return False
    if typed.too_large_to_work:
        st.markdown(say("PyTorch: **{value}**", value=number(torch.value)))
        st.caption(say("More than 10,000 numbers: result and gradient only, no working."))
    else:
        guided_working(lesson, typed.values, "forward", torch)
    for warning in torch.warnings:
        st.caption(say("PyTorch warns: {warning}", warning=warning))
    return True


def refusal_of(lesson: Lesson, values: Mapping[str, Any]) -> ValueError | None:
    """Why these values cannot be used, in our plain words; None where they can."""
    try:
        run.check(lesson, values)
    except ValueError as error:
        return error
    return None


def _ask_torch(lesson: Lesson, values: Mapping[str, Any]) -> tuple[run.TorchResult | None, str]:
    try:
        return run.torch_result(lesson, values, budget=page_budget()), ""
    except (OverBudget, Stopped):
        raise
    except run.REFUSALS as error:
        return None, f"{type(error).__name__}: {error}"


def _refused(lesson: Lesson, values: Mapping[str, Any], refusal: ValueError | None, torch_error: str) -> None:
    """Our sentence, a way out where there is one, and torch's own message."""
    show_refusal(refusal)
    if isinstance(refusal, NotADistribution):
        _offer_to_normalise(lesson, refusal.tensor, values[refusal.tensor])
    show_torchs_words(torch_error)


def _offer_to_normalise(lesson: Lesson, name: str, array: np.ndarray) -> None:
    """One click divides by the sum, where that gives a distribution."""
    if array.ndim == 0 or not np.isfinite(array).all():
        return
    positive = np.maximum(array, 0).astype(np.float64)
    sums = positive.sum(axis=-1, keepdims=True)
    if (sums > 0).all():
        text = as_text(spec_of(lesson, name), positive / sums)
        help_text = say("Sets negative numbers to 0, then divides by the sum.")
        st.button(say("Normalise {name}", name=name), on_click=fill, args=(lesson, {name: text}), help=help_text)


def _below(lesson: Lesson, typed: Typed, usable: bool) -> None:
    """One view at a time, computed only when open and kept in the URL; beside it a change worth trying."""
    with st.container(horizontal=True, vertical_alignment="center", key=key_of(lesson, "views")):
        offered = {name: view for name, view in VIEWS.items() if name != "own_numpy" or exercise_for(lesson)}
        chosen = choose_view(offered, key_of(lesson, "view"))
        try_button(lesson)
        undo_button(lesson)
    if chosen in WITHOUT_VALUES:
        with said_in_words():
            VIEWS[chosen].draw(lesson, typed.values)
        return
    if says_it_is_covered(lesson):
        return
    what_the_example_shows(lesson)
    if not usable:
        st.caption(say("This view waits until the input can be used."))
        return
    with said_in_words():
        if typed.too_large_to_work:
            _large(lesson, typed.values, chosen)
        else:
            VIEWS[chosen].draw(lesson, typed.values)


def _large(lesson: Lesson, values: Mapping[str, Any], chosen: str) -> None:
    """Beyond 10,000 numbers there are result and gradient only."""
    if chosen == "gradient":
        views.gradient_table(lesson, values)
    else:
        st.caption(say("More than 10,000 numbers: result and gradient only. Fewer numbers bring this view back."))
