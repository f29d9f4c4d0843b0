"""What others call by the same name, beside PyTorch's update."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from lib.lesson import run
from lib.lesson.optimizer import Convention, Optimizer
from lib.lesson.run.set_up import in_torchs_terms
from lib.lesson.run.trace import first_parting
from lib.plots.path import lines
from lib.plots.titles import place_name
from lib.ui.budget import page_budget
from lib.ui.choices import choice_box
from lib.ui.fields import Typed, as_text, fill, key_of
from lib.ui.figure import show_figure
from lib.ui.heading import spec_of
from lib.ui.optimizer_fields import Runs
from lib.ui.pitfalls import links
from lib.ui.text import say


def conventions(lesson: Optimizer, typed: Typed, runs: Runs) -> None:
    """What others call by the same name: the update beside this one, and where the two part."""
    if not lesson.conventions:
        st.caption(say("Other frameworks do what PyTorch does here, as far as we know."))
        return
    others = {str(place): convention for place, convention in enumerate(lesson.conventions, start=1)}
    names = {place: say(convention.name) for place, convention in others.items()}
    key = key_of(lesson, "convention")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        convention = others[choice_box(say("The other way"), names, key, width=460)]
        texts = {n: as_text(spec_of(lesson, n), v) for n, v in _whole_form(lesson, convention).items()}
        st.button(say("Set up a run that shows it"), on_click=fill, args=(lesson, texts), key=f"{key}_fill")
    st.markdown(say(convention.says))
    _convention_beside(lesson, convention, runs)
    st.markdown(links(convention.references))


def _whole_form(lesson: Optimizer, convention: Convention) -> dict[str, Any]:
    """The convention's set-up, with every other field at its default."""
    return {spec.name: convention.values.get(spec.name, spec.default) for spec in lesson.form}


def _convention_beside(lesson: Optimizer, convention: Convention, runs: Runs) -> None:
    ready = runs.ready
    others = run.trace_by_hand(
        lesson, ready.param, ready.grads, ready.values, ready.updates, way=convention.by_hand, budget=page_budget()
    )
    translated = in_torchs_terms(lesson, convention, ready, others)
    parting = first_parting(runs.by_hand, translated)
    if parting is None:
        st.markdown(
            say("With the numbers above **nothing parts**: parameter and buffers are the same in every update.")
        )
    else:
        said = "With the numbers above they part at **update {update}**, in **{buffer}**, by {apart}."
        st.markdown(say(said, update=parting.update, buffer=parting.buffer, apart=f"{parting.apart:.3g}"))
    place = (0,) * ready.param.ndim
    params = {"PyTorch": runs.by_hand, convention.name: others}
    named = {
        label: np.array([float(ready.param[place]), *(float(update.param[place]) for update in updates)])
        for label, updates in params.items()
    }
    if parting and look_the_same(*named.values()):
        st.caption(say("That is too little to see in the picture. The button sets up a run in which it shows."))
    show_figure(lines(named, place_name(("param", place))), key_of(lesson, "convention_lines"), "Conventions")


def look_the_same(ours: np.ndarray, others: np.ndarray) -> bool:
    """Whether two curves are less than a line's width apart all along."""
    with np.errstate(all="ignore"):
        return bool(np.nanmax(np.abs(ours - others)) < 0.005 * np.ptp(ours))
