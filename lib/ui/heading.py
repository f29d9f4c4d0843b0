"""What stands above and below every lesson: title, purpose and formula, the example, and the neighbours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

from lib.catalog import TOPICS
from lib.exercises import EXERCISES
from lib.lesson.spec import Parameter, Topic, Try
from lib.ui.copy_link import copy_link
from lib.ui.exercise_link import exercise_link
from lib.ui.fields import as_text, fill, key_of, matching_example, texts_of
from lib.ui.terms import marked, term_line
from lib.ui.text import say
from lib.ui.working.torchs import is_covered

T = TypeVar("T", bound=Topic)
OWN = "Your own numbers"
RANDOM = "Random numbers"


def heading(lesson: T, about: Callable[[T], None], draw: Callable[[T], Mapping[str, Any]] | None = None) -> None:
    """Title, `about` in a popover, the example picker, the link; then name, purpose and formula in one line.

    `draw(lesson)` makes random values, where the lesson has them.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=key_of(lesson, "heading")):
        st.title(say(lesson.title), anchor=False)
        with st.popover(say("About"), type="tertiary", width="content"):
            about(lesson)
        _example_picker(lesson, draw)
        copy_link()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=key_of(lesson, "what")):
        torchs = f"`{lesson.torchs_own}` · " if lesson.torchs_own else ""
        st.markdown(f"{torchs}{marked(lesson.names[0])}", width="content", unsafe_allow_html=True)
        st.markdown(say(lesson.purpose), width="content")
        if not is_covered(lesson):
            st.markdown(f"${lesson.formula}$", width="content")


def _example_picker(lesson: T, draw: Callable[[T], Mapping[str, Any]] | None) -> None:
    """Names the example that stands in the fields; picking another fills them."""
    key = key_of(lesson, "example")
    now = matching_example(lesson)
    titles = [example.title for example in lesson.examples]
    titles += ([OWN] if now is None else []) + ([RANDOM] if draw else [])
    st.session_state[key] = OWN if now is None else now.title
    st.selectbox(
        say("Example"),
        titles,
        key=key,
        on_change=_pick,
        args=(lesson, key, draw),
        label_visibility="collapsed",
        width=230,
    )


def _pick(lesson: T, key: str, draw: Callable[[T], Mapping[str, Any]] | None) -> None:
    if st.session_state[key] == RANDOM and draw:
        fill(lesson, texts_of(lesson, draw(lesson)))
    for example in lesson.examples:
        if example.title == st.session_state[key]:
            fill(lesson, texts_of(lesson, example.values))


def what_the_example_shows(lesson: Topic) -> None:
    """What to look for, as long as an example's numbers stand in the fields."""
    if example := matching_example(lesson):
        st.markdown(say(example.shows))


def try_button(lesson: Topic) -> None:
    """A change worth trying: the first one that would change anything."""
    attempt = next((t for t in lesson.tries if _changes(lesson, t)), None)
    if attempt:
        st.button(
            say("Try: {question}", question=attempt.asks),
            type="tertiary",
            on_click=fill,
            args=(lesson, {name: as_text(spec_of(lesson, name), v) for name, v in attempt.values.items()}),
            key=key_of(lesson, "try"),
        )


def _changes(lesson: Topic, attempt: Try) -> bool:
    now = {name: st.session_state.get(key_of(lesson, name)) for name in attempt.values}
    return any(str(now[name]) != str(as_text(spec_of(lesson, name), value)) for name, value in attempt.values.items())


def spec_of(lesson: Topic, name: str) -> Parameter:
    return next(spec for spec in lesson.form if spec.name == name)


def neighbours(slug: str) -> None:
    """At the foot: the lesson's terms, the exercises about this page, and the page before and after it."""
    if slug in TOPICS:
        term_line(TOPICS[slug])
    _practice(slug)
    before_and_after([entry for family in st.session_state["groups"].values() for entry in family], slug)


def before_and_after(order: Sequence[str], slug: str) -> None:
    """Links to the page before and the page after this one, in an order of slugs."""
    place = order.index(slug)
    pages = st.session_state["pages"]
    with st.container(horizontal=True, horizontal_alignment="distribute", key=f"{slug}_neighbours"):
        for step, arrow in ((-1, "← {title}"), (1, "{title} →")):
            if 0 <= place + step < len(order):
                page = pages[order[place + step]]
                st.page_link(page, label=say(arrow, title=say(page.title)), width="content")


def _practice(slug: str) -> None:
    """Links to the exercises about this page, in the order of the path."""
    exercises = [exercise for exercise in EXERCISES.values() if exercise.lesson == slug]
    if not exercises:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"{slug}_practice"):
        st.markdown(say("Write it in NumPy:"), width="content")
        for exercise in exercises:
            exercise_link(exercise, say(exercise.title))
