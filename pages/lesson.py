"""A lesson: input, your working next to PyTorch, and one view below. Made from the LESSON alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import streamlit as st

from lib.catalog import LESSONS
from lib.lesson import run
from lib.lesson.checks import NotADistribution
from lib.lesson.draw import draw_values
from lib.lesson.spec import Lesson, Try
from lib.ui import views
from lib.ui.copy_link import copy_link
from lib.ui.fields import Typed, as_text, fill, input_fields, key_of, matching_example, take_uploaded, texts_of
from lib.ui.pictures import picture
from lib.ui.text import number, say
from lib.ui.working import working_card

VIEWS: Mapping[str, Callable[[Lesson, Mapping[str, Any]], None]] = {
    "Picture": picture,
    "Gradient": views.gradient,
    "Extreme inputs": views.extreme_inputs,
    "Pitfalls": views.pitfalls,
    "Code": views.code,
}
OWN = "Your own numbers"
RANDOM = "Random numbers"


def render(lesson: Lesson) -> None:
    """The whole page."""
    take_uploaded(lesson)
    _heading(lesson)
    left, right = st.columns([0.29, 0.71], gap="small")
    with left, st.container(border=True, key=key_of(lesson, "input_card")):
        typed = input_fields(lesson)
    with right, st.container(border=True, key=key_of(lesson, "working_card")):
        usable = _result(lesson, typed)
    _below(lesson, typed, usable)
    _neighbours(lesson)


def _heading(lesson: Lesson) -> None:
    title, about, picker, link = st.columns([0.46, 0.1, 0.29, 0.15], vertical_alignment="center", gap="small")
    title.title(say(lesson.title), anchor=False)
    with about, st.popover(say("About"), type="tertiary"):
        views.about(lesson)
    with picker:
        _example_picker(lesson)
    with link:
        copy_link(key_of(lesson, "copy"))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=key_of(lesson, "what")):
        st.markdown(f"`{lesson.torch_name}` · {lesson.names[0]}", width="content")
        st.markdown(say(lesson.purpose), width="content")
        st.markdown(f"${lesson.formula}$", width="content")


def _example_picker(lesson: Lesson) -> None:
    """Names the example that stands in the fields; picking another fills them."""
    key = key_of(lesson, "example")
    now = matching_example(lesson)
    titles = [*(example.title for example in lesson.examples), *([OWN] if now is None else []), RANDOM]
    st.session_state[key] = OWN if now is None else now.title
    st.selectbox(say("Example"), titles, key=key, on_change=_pick, args=(lesson, key), label_visibility="collapsed")


def _pick(lesson: Lesson, key: str) -> None:
    if st.session_state[key] == RANDOM:
        fill(lesson, texts_of(lesson, draw_values(lesson, lesson.shapes[0], seed=time.time_ns() % 2**32)))
    for example in lesson.examples:
        if example.title == st.session_state[key]:
            fill(lesson, texts_of(lesson, example.values))


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
        working_card(lesson, typed.values, "forward", torch)
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
        return run.torch_result(lesson, values), ""
    except run.REFUSALS as error:
        return None, f"{type(error).__name__}: {error}"


def _refused(lesson: Lesson, values: Mapping[str, Any], refusal: ValueError | None, torch_error: str) -> None:
    """Our sentence, a way out where there is one, and torch's own message."""
    st.error(say(str(refusal)) if refusal else say("PyTorch does not take these values."))
    if isinstance(refusal, NotADistribution):
        _offer_to_normalise(lesson, refusal.tensor, values[refusal.tensor])
    if torch_error:
        st.caption(say("PyTorch says"))
        st.code(torch_error.strip(), language=None, wrap_lines=True)


def _offer_to_normalise(lesson: Lesson, name: str, array: np.ndarray) -> None:
    """One click divides by the sum, where that gives a distribution."""
    if array.ndim == 0 or not np.isfinite(array).all():
        return
    positive = np.maximum(array, 0).astype(np.float64)
    sums = positive.sum(axis=-1, keepdims=True)
    if (sums > 0).all():
        text = as_text(_spec(lesson, name), positive / sums)
        help_text = say("Sets negative numbers to 0, then divides by the sum.")
        st.button(say("Normalise {name}", name=name), on_click=fill, args=(lesson, {name: text}), help=help_text)


def _below(lesson: Lesson, typed: Typed, usable: bool) -> None:
    """One view at a time, computed only when open and kept in the URL; beside it a change worth trying."""
    with st.container(horizontal=True, vertical_alignment="center", key=key_of(lesson, "views")):
        chosen = st.segmented_control(
            say("View"),
            list(VIEWS),
            default="Picture",
            required=True,
            wrap=True,
            format_func=say,
            key=key_of(lesson, "view"),
            label_visibility="collapsed",
            bind="query-params",
            persist_state="session",
        )
        attempt = next((t for t in lesson.tries if _changes(lesson, t)), None)
        if attempt:
            st.button(
                say("Try: {question}", question=attempt.asks),
                type="tertiary",
                on_click=fill,
                args=(lesson, {name: as_text(_spec(lesson, name), v) for name, v in attempt.values.items()}),
                key=key_of(lesson, "try"),
            )
    if chosen in ("Extreme inputs", "Pitfalls"):
        VIEWS[chosen](lesson, typed.values)
    elif not usable:
        st.caption(say("This view waits until the input can be used."))
    elif typed.too_large_to_work:
        _large(lesson, typed.values, chosen)
    else:
        VIEWS[chosen](lesson, typed.values)


def _large(lesson: Lesson, values: Mapping[str, Any], chosen: str) -> None:
    """Beyond 10,000 numbers there are result and gradient only."""
    if chosen == "Gradient":
        views.gradient_table(lesson, values)
    else:
        st.caption(say("More than 10,000 numbers: result and gradient only. Fewer numbers bring this view back."))


def _spec(lesson: Lesson, name: str) -> Any:
    return next(spec for spec in lesson.fields if spec.name == name)


def _changes(lesson: Lesson, attempt: Try) -> bool:
    """Whether the attempt would change anything, and the page stands at an example where it was meant for."""
    now = {name: st.session_state.get(key_of(lesson, name)) for name in attempt.values}
    return any(str(now[name]) != str(as_text(_spec(lesson, name), value)) for name, value in attempt.values.items())


def _neighbours(lesson: Lesson) -> None:
    """Previous and next lesson, at the foot."""
    slugs = list(LESSONS)
    place = slugs.index(lesson.slug)
    pages = st.session_state["pages"]
    with st.container(horizontal=True, horizontal_alignment="distribute", key=key_of(lesson, "neighbours")):
        for step, arrow in ((-1, "← {title}"), (1, "{title} →")):
            if 0 <= place + step < len(slugs):
                slug = slugs[place + step]
                st.page_link(pages[slug], label=say(arrow, title=LESSONS[slug].title), width="content")
