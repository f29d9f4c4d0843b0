"""The Picture view: one picture at a time, chosen from what the lesson's values and its own pictures offer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from lib.lesson.spec import Lesson, Picture
from lib.plots.contour import contour
from lib.plots.moving import moving
from lib.plots.own import picture as own_picture
from lib.plots.probe import Place, movable
from lib.plots.reduction import divisor, shares
from lib.plots.titles import place_name
from lib.ui.budget import page_budget
from lib.ui.choices import choice_box
from lib.ui.fields import key_of
from lib.ui.figure import show_figure
from lib.ui.text import say
from lib.ui.working import chosen_sample


def picture(lesson: Lesson, values: Mapping[str, Any]) -> None:
    """The chosen picture, drawn alone."""
    own = own_pictures(lesson)
    titles = {
        "moves": "One number moves",
        **{name: spec.title for name, spec in own.items()},
        "two_move": "Two numbers move",
        **({"shares": "Share of each loss", "divisor": "What are we dividing by?"} if _reduces(lesson) else {}),
    }
    with st.container(horizontal=True, vertical_alignment="bottom", key=key_of(lesson, "pictures")):
        chosen = choice_box(
            say("Picture"),
            {name: say(title) for name, title in titles.items()},
            key_of(lesson, "picture"),
            label_visibility="collapsed",
            width=300,
        )
        if chosen in own:
            figure = own_picture(lesson, values, own[chosen], chosen_sample(lesson, values), budget=page_budget())
            st.caption(say(own[chosen].says))
        else:
            figure = GENERIC[chosen](lesson, values)
    _draw(lesson, figure, titles[chosen])


def own_pictures(lesson: Lesson) -> dict[str, Picture]:
    """The lesson's own pictures by their ids, which are their kinds, counted: curves, curves_2, bars."""
    found: dict[str, Picture] = {}
    for spec in lesson.pictures:
        kind = type(spec).__name__.lower()
        before = sum(type(other) is type(spec) for other in found.values())
        found[f"{kind}_{before + 1}" if before else kind] = spec
    return found


def _reduces(lesson: Lesson) -> bool:
    return any(p.name == "reduction" for p in lesson.parameters)


def _draw(lesson: Lesson, figure: go.Figure | None, title: str) -> None:
    if figure is None:
        st.caption(say("There is nothing to draw for these values."))
    else:
        show_figure(figure, key_of(lesson, "figure"), title)


def _choose_place(lesson: Lesson, places: list[Place], label: str, default: int = 0) -> Place:
    """Which number moves."""
    names = [place_name(place) for place in places]
    key = key_of(lesson, f"place_{default}")
    if st.session_state.get(key) not in names:
        st.session_state[key] = names[min(default, len(names) - 1)]
    return places[names.index(st.selectbox(say(label), names, key=key, label_visibility="collapsed", width=170))]


def _one_moves(lesson: Lesson, values: Mapping[str, Any]) -> go.Figure | None:
    places = movable(lesson, values)
    if not places:
        return None
    return moving(lesson, values, *_choose_place(lesson, places, "The number that moves"), budget=page_budget())


def _two_move(lesson: Lesson, values: Mapping[str, Any]) -> go.Figure | None:
    places = movable(lesson, values)
    if len(places) < 2:
        return None
    first = _choose_place(lesson, places, "The first number that moves")
    second = _choose_place(lesson, places, "The second number that moves", default=1)
    if first == second:
        return moving(lesson, values, *first, budget=page_budget())
    return contour(lesson, values, first, second, budget=page_budget())


def _shares(lesson: Lesson, values: Mapping[str, Any]) -> go.Figure | None:
    return shares(lesson, values, budget=page_budget())


def _divisor(lesson: Lesson, values: Mapping[str, Any]) -> go.Figure | None:
    return divisor(lesson, values, budget=page_budget())


GENERIC: Mapping[str, Callable[[Lesson, Mapping[str, Any]], go.Figure | None]] = {
    "moves": _one_moves,
    "two_move": _two_move,
    "shares": _shares,
    "divisor": _divisor,
}
