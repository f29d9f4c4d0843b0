"""The Picture view: one picture at a time, chosen from what the lesson's values and its own pictures offer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
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
from lib.ui.choices import choice_box, standing
from lib.ui.fields import key_of
from lib.ui.figure import show_figure
from lib.ui.text import say
from lib.ui.working import chosen_sample


def picture(lesson: Lesson, values: Mapping[str, Any]) -> None:
    """The chosen picture, drawn alone; where it cannot be drawn from these values, the next one that can."""
    own = own_pictures(lesson)
    titles = {
        "moves": "One number moves",
        **{name: spec.title for name, spec in own.items()},
        "two_move": "Two numbers move",
        **({"shares": "Share of each loss", "divisor": "What are we dividing by?"} if _reduces(lesson) else {}),
    }
    missing = []
    for name in _in_turn(list(titles), standing(key_of(lesson, "picture"))):
        if (draw := _drawing(lesson, values, own, name)) is not None:
            break
        missing.append(name)
    else:
        st.caption(say("These tensors hold no numbers that a picture could show."))
        return
    offered = {name: say(title) for name, title in titles.items() if name not in missing}
    if missing:
        st.session_state[key_of(lesson, "picture")] = name
    with st.container(horizontal=True, vertical_alignment="bottom", key=key_of(lesson, "pictures")):
        choice_box(say("Picture"), offered, key_of(lesson, "picture"), label_visibility="collapsed", width=300)
        figure = draw()
        if name in own:
            st.caption(say(own[name].says))
    show_figure(figure, key_of(lesson, "figure"), titles[name])


def _in_turn(names: list[str], wanted: Any) -> list[str]:
    """All names, from the one that is wanted on; from the first where it is none of them."""
    start = names.index(wanted) if wanted in names else 0
    return [*names[start:], *names[:start]]


def _drawing(
    lesson: Lesson, values: Mapping[str, Any], own: Mapping[str, Picture], name: str
) -> Callable[[], go.Figure] | None:
    """What gives the figure, and may ask which number moves; None where nothing can be drawn from these values."""
    if name in MOVES:
        fewest, draw = MOVES[name]
        places = movable(lesson, values)
        return partial(draw, lesson, values, places) if len(places) >= fewest else None
    if name in own:
        figure = own_picture(lesson, values, own[name], chosen_sample(lesson, values), budget=page_budget())
    else:
        figure = OF_THE_LOSSES[name](lesson, values, budget=page_budget())
    return None if figure is None else lambda: figure


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


def _choose_place(lesson: Lesson, places: list[Place], label: str, default: int = 0) -> Place:
    """Which number moves."""
    names = [place_name(place) for place in places]
    key = key_of(lesson, f"place_{default}")
    if st.session_state.get(key) not in names:
        st.session_state[key] = names[min(default, len(names) - 1)]
    return places[names.index(st.selectbox(say(label), names, key=key, label_visibility="collapsed", width=170))]


def _one_moves(lesson: Lesson, values: Mapping[str, Any], places: list[Place]) -> go.Figure:
    return moving(lesson, values, *_choose_place(lesson, places, "The number that moves"), budget=page_budget())


def _two_move(lesson: Lesson, values: Mapping[str, Any], places: list[Place]) -> go.Figure:
    first = _choose_place(lesson, places, "The first number that moves")
    second = _choose_place(lesson, places, "The second number that moves", default=1)
    if first == second:
        return moving(lesson, values, *first, budget=page_budget())
    return contour(lesson, values, first, second, budget=page_budget())


# How many numbers there must be that can move, and the figure.
MOVES: Mapping[str, tuple[int, Callable[[Lesson, Mapping[str, Any], list[Place]], go.Figure]]] = {
    "moves": (1, _one_moves),
    "two_move": (2, _two_move),
}
OF_THE_LOSSES: Mapping[str, Callable[..., go.Figure | None]] = {"shares": shares, "divisor": divisor}
