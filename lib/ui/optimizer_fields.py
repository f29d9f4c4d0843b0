"""The input side of an optimizer: what is minimised, from where, with which arguments, and for how many updates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from lib.budget import Budget
from lib.lesson import run
from lib.lesson.objectives import OBJECTIVES, TYPED
from lib.lesson.optimizer import SET_UP, Optimizer
from lib.lesson.run.set_up import SetUp, before_update, set_up
from lib.lesson.run.trace import Divergence, Update, divergence, params_of
from lib.lesson.spec import Parameter, Switch, Topic
from lib.ui.budget import page_budget
from lib.ui.choices import choice_box
from lib.ui.fields import (
    Typed,
    as_text,
    example_texts,
    field,
    fields_in_pairs,
    fill,
    form_key,
    key_of,
    number_format,
)
from lib.ui.heading import spec_of
from lib.ui.kept import kept
from lib.ui.text import say

DTYPES = ("float64", "float32")
PRECISION = {"float64": (1e-9, 1e-12), "float32": (2e-5, 1e-6)}  # rtol, atol: what rounding alone may do


@dataclass(frozen=True, eq=False)
class Runs:
    """One run by hand and by PyTorch, and the set-up that it starts from."""

    lesson: Optimizer
    ready: SetUp
    by_hand: Sequence[Update]
    key: tuple[Any, ...]  # every number that it follows from

    @property
    def params(self) -> np.ndarray:
        """The parameter from the start on, stacked."""
        return params_of(self.ready.param, self.by_hand)

    @property
    def divergence(self) -> Divergence | None:
        return divergence(self.params, self.ready.losses(self.params))

    def by_torch(self, budget: Budget) -> Sequence[Update]:
        """All updates by torch."""
        return kept(("by torch", *self.key), lambda: self.torch_up_to(self.ready.updates, budget=budget))

    def torch_up_to(self, updates: int, *, budget: Budget) -> Sequence[Update]:
        """Torch's first updates: the working of an early one need not wait for the rest."""
        ready = self.ready
        return run.trace_by_torch(self.lesson, ready.param, ready.grads, ready.values, updates, budget=budget)


def optimizer_fields(lesson: Optimizer) -> Typed:
    """Draws the fields and reads them; the rare arguments and the number format are folded away."""
    defaults = example_texts(lesson)[0]
    typed = Typed({}, {})
    dtype = number_format(lesson, DTYPES)
    _objective_field(lesson, typed)
    for name in ("start", "grads") if typed.values["objective"] == TYPED else ("start",):
        field(lesson, spec_of(lesson, name), defaults[name], dtype, typed)
    common = [p for p in lesson.parameters if not p.rare]
    fields_and_switches(lesson, [spec_of(lesson, "updates"), *common], dtype, typed)
    with st.expander(say("More settings"), key=key_of(lesson, "more"), on_change="rerun"):
        rare = [p for p in (*lesson.parameters, *SET_UP) if p.rare and p.name != "grads"]
        fields_and_switches(lesson, rare, dtype, typed)
        st.selectbox(
            say("Number format (dtype) for PyTorch"),
            DTYPES,
            key=key_of(lesson, "dtype"),
            bind="query-params",
            persist_state="session",
        )
    return typed


def fields_and_switches(lesson: Topic, specs: Sequence[Parameter], dtype: str, typed: Typed) -> None:
    """Fields two to a row, then switches one to a row: in half a row their names would be cut off."""
    fields_in_pairs(lesson, [spec for spec in specs if not isinstance(spec, Switch)], dtype, typed)
    for spec in specs:
        if isinstance(spec, Switch):
            field(lesson, spec, example_texts(lesson)[0][spec.name], dtype, typed)


def _objective_field(lesson: Optimizer, typed: Typed) -> None:
    """Which function is minimised. Choosing another one moves the start to where that one usually begins."""
    key = key_of(lesson, "objective")
    titles = {slug: say(objective.title) for slug, objective in OBJECTIVES.items()}
    typed.values["objective"] = choice_box(
        say("What is minimised"),
        {**titles, TYPED: say("Gradients that I type")},
        key,
        default=example_texts(lesson)[0]["objective"],
        on_change=_start_afresh,
        args=(lesson, key),
    )


def _start_afresh(lesson: Optimizer, key: str) -> None:
    slug = st.session_state[key]
    if slug in OBJECTIVES:
        fill(lesson, {"start": start_text(lesson, slug)})
    else:
        example = next((e for e in lesson.examples if e.values.get("objective") == TYPED), None)
        if example:
            fill(lesson, {n: as_text(spec_of(lesson, n), example.values[n]) for n in ("start", "grads", "updates")})


def start_text(lesson: Optimizer, objective: str) -> str:
    """Where a function is started, with as many axes as the optimizer asks for."""
    start: Any = list(OBJECTIVES[objective].start)
    return str(as_text(spec_of(lesson, "start"), [start] if lesson.param_axes == 2 else start))


def ready_runs(lesson: Optimizer, form: Mapping[str, Any]) -> Runs:
    """The run for what the fields hold. Raises ValueError in plain words, and PyTorch's own exceptions."""
    key = (lesson.slug, form_key(form))
    return kept(key, lambda: _runs(lesson, key, dict(form), page_budget()))


def _runs(lesson: Optimizer, key: tuple[Any, ...], form: dict[str, Any], budget: Budget) -> Runs:
    ready = set_up(lesson, form)
    by_hand = run.trace_by_hand(lesson, ready.param, ready.grads, ready.values, ready.updates, budget=budget)
    runs = Runs(lesson, ready, by_hand, key)
    runs.torch_up_to(1, budget=budget)  # what torch refuses shows in the first update
    return runs


def working_values(lesson: Optimizer, runs: Runs, update: int) -> dict[str, Any]:
    """What the working of one update (from 1) is given: torch's arguments, the parameter and the state before it."""
    return before_update(runs.ready, runs.by_hand, update)
