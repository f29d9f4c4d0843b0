"""The views below a lesson's first screen, each computed only when it is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import singledispatch
from itertools import islice
from typing import Any

import numpy as np
import streamlit as st

from lib.lesson import run
from lib.lesson.code.loss import notebook, numpy_program, pytorch_lines
from lib.lesson.optimizer import Optimizer
from lib.lesson.run.extremes import PRECISIONS, Cell, Row, table
from lib.lesson.run.set_up import set_up
from lib.lesson.run.slope import MOST_SLOPES, slopes
from lib.lesson.scheduler import Scheduler
from lib.lesson.spec import Lesson, Topic
from lib.ui.budget import page_budget
from lib.ui.download import download
from lib.ui.fields import key_of
from lib.ui.pitfalls import show_pitfalls, show_references
from lib.ui.plain_numpy import numpy_function, plain_of
from lib.ui.text import say
from lib.ui.working import guided_working, value_text

MOST_ROWS = 100


def about(lesson: Topic) -> None:
    """When to use the lesson's loss, when not, its formula with every symbol named, its signature."""
    st.markdown(say("**Use it when** {text}", text=_in_sentence(say(lesson.use_when))))
    st.markdown(say("**Not when** {text}", text=_in_sentence(say(lesson.not_when))))
    st.markdown(f"$${lesson.formula}$$")
    st.markdown("\n".join(f"- ${symbol}$ – {say(meaning)}" for symbol, meaning in lesson.symbols))
    if lesson.torchs_own:
        st.code(signature(lesson), language=None, wrap_lines=True)


@singledispatch
def signature(lesson: Topic) -> str:
    """How it is built and called, with torch's defaults."""
    tensors = ", ".join(t.name for t in lesson.tensors)
    if isinstance(lesson.torch, type):
        return f"{lesson.torch_name}({_settings(lesson)})({tensors})"
    return f"{lesson.torch_name}({tensors}, {_settings(lesson)})"


@signature.register
def _(lesson: Optimizer) -> str:
    return f"{lesson.torch_name}(params, {_settings(lesson)})"


@signature.register
def _(lesson: Scheduler) -> str:
    return f"{lesson.torch_name}(optimizer, {_settings(lesson)})"


def _settings(lesson: Topic) -> str:
    return ", ".join(f"{p.name}={p.default!r}" for p in lesson.parameters)


def torch_refusal(lesson: Optimizer, form: Mapping[str, Any]) -> str:
    """What torch itself says to a set-up that we refuse; empty where the set-up never reaches torch."""
    try:
        ready = set_up(lesson, form)
    except ValueError:
        return ""
    try:
        run.trace_by_torch(lesson, ready.param, ready.grads, ready.values, ready.updates, budget=page_budget())
    except run.REFUSALS as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _in_sentence(text: str) -> str:
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def gradient(lesson: Lesson, values: Mapping[str, Any]) -> None:
    """By hand, with the same working; autograd and finite differences beside it on request."""
    if not run.differentiable(lesson, run.given_values(lesson, values)):
        st.caption(say("Nothing here can be differentiated: no input holds floating-point numbers."))
        return
    with st.container(border=True, key=key_of(lesson, "gradient_working_card")):
        st.caption(
            say("How much the result changes as each input moves; of the sum of the losses for reduction='none'.")
        )
        guided_working(lesson, values, "gradient", None)
    for name, reason in lesson.not_a_slope.items():
        st.caption(say("The gradient of {name} is not the slope of the loss: {reason}", name=name, reason=say(reason)))
    if st.toggle(say("Show PyTorch's gradient"), key=key_of(lesson, "show_gradient")):
        gradient_table(lesson, values)


def gradient_table(lesson: Lesson, values: Mapping[str, Any]) -> None:
    """One row per element, up to MOST_ROWS: by hand, autograd, finite differences."""
    import pandas as pd  # 0.4 s that no other view needs

    torch = run.torch_result(lesson, values, budget=page_budget()).grads
    for name, by_hand in run.grad_by_hand(lesson, values, budget=page_budget()).items():
        columns = {say("by hand"): by_hand, say("PyTorch (autograd)"): torch[name]}
        if by_hand.size <= MOST_SLOPES:
            columns[say("finite differences")] = slopes(lesson, values, name, budget=page_budget())
        index = [f"{name}{list(i) if i else ''}" for i in islice(np.ndindex(by_hand.shape), MOST_ROWS)]
        table = pd.DataFrame({k: np.ravel(v)[:MOST_ROWS] for k, v in columns.items()}, index=index)
        st.table(table.map(value_text))
        if by_hand.size > MOST_ROWS:
            st.caption(say("The first {rows} of {size} numbers.", rows=MOST_ROWS, size=by_hand.size))


COLOURS = {"agrees": "green", "off": "red", "overflow": "red", "not defined": "gray"}
WAY_NAMES = {"naive": "formula as in books", "stable": "by hand, stable", "torch": "PyTorch"}


def extreme_inputs(lesson: Lesson, values: Mapping[str, Any]) -> None:
    """Where the formula as printed in books breaks: naive, stable and torch in three precisions."""
    if lesson.extremes is None:
        st.markdown(
            say("The formula as printed in books is the stable one here; only the number format has its limits.")
        )
    else:
        st.markdown(say(lesson.extremes.says))
    st.markdown(_extremes_table(table(lesson, budget=page_budget())))
    st.caption(
        say(
            "x is the number put where it hurts. float64 of PyTorch is the yardstick; "
            "overflow means infinity or NaN where PyTorch has a finite number, "
            "not defined means PyTorch itself has none."
        )
    )


def _extremes_table(rows: Sequence[Row]) -> str:
    """A Markdown table: a row per number and way, a column per precision."""
    lines = [f"| x | {say('computed as')} | " + " | ".join(PRECISIONS) + " |", "|---|---|" + "---|" * len(PRECISIONS)]
    for row in rows:
        for place, way in enumerate(row.ways):
            x = f"**{row.x:g}**" if place == 0 else ""
            cells = " | ".join(_cell_text(row.cell(way, precision)) for precision in PRECISIONS)
            lines.append(f"| {x} | {say(WAY_NAMES[way])} | {cells} |")
    return "\n".join(lines)


def _cell_text(cell: Cell) -> str:
    value = "" if cell.value is None or np.isnan(cell.value) else f"{cell.value:.5g} "
    return f"{value}:{COLOURS.get(cell.kind, 'gray')}[{say(cell.verdict)}]"


def pitfalls(lesson: Lesson, values: Mapping[str, Any]) -> None:
    """What goes wrong in practice, with today's error texts, and where to read on."""
    show_pitfalls(lesson.pitfalls)
    show_references(lesson.sources)


def code(lesson: Lesson, values: Mapping[str, Any]) -> None:
    """PyTorch's lines, the function in plain NumPy, and a notebook of both once that is uncovered."""
    left, right = st.columns([0.42, 0.58], gap="small")
    with left:
        st.markdown(say("**PyTorch**: the lines that give this number"))
        st.code(pytorch_lines(lesson, values, budget=page_budget()), language="python")
    with right:
        st.markdown(say("**NumPy**: the function itself"))
        uncovered = numpy_function(lesson)
    if uncovered:
        with left, st.container(horizontal=True, gap="small"):
            function = plain_of(lesson).function
            both = notebook(lesson, values, function, budget=page_budget())
            download(say("Notebook of both"), both, f"{lesson.slug}.ipynb")
            download(say("Program of every step"), numpy_program(lesson, values), f"{lesson.slug}_by_hand.py")
