"""Choosing a loss or an optimizer: from the task to the lesson, with lines of PyTorch run now."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
import streamlit as st

from lib.catalog import LOSSES
from lib.guides.applications import APPLICATIONS, Application, LossPart, WorkedPart, total, worked
from lib.guides.choosing import TASKS, Slip, Task
from lib.guides.live import Live, live
from lib.guides.optimizer_choice import LAYER, OPTIMIZERS, SITUATIONS, Kept, builds, first_update, kept
from lib.lesson.spec import Step
from lib.ui.budget import page_budget
from lib.ui.choices import View, choice_box, choose_view
from lib.ui.open_lesson import open_lesson
from lib.ui.page import Page
from lib.ui.text import number, say
from lib.ui.working import value_text

PAGE = Page(
    title="Choosing a loss or an optimizer",
    group="guides",
    order=2,
    names=("选择损失函数与优化器", "which loss", "which optimizer", "图像分类、图像分割、目标检测、对抗生成、循环网络"),
    purpose="From the task to loss, target and output layer, and from the situation to the optimizer.",
)


class Titled(Protocol):
    """Something to choose by its title."""

    @property
    def slug(self) -> str: ...
    @property
    def title(self) -> str: ...


def render() -> None:
    """The whole page; only the chosen part is computed."""
    st.title(say(PAGE.title), anchor=False)
    st.markdown(say("Start from what you want to do. Every number and every error below is PyTorch's, computed now."))
    PARTS[choose_view(PARTS, "choosing_part", say("What to choose"))].draw()


def _choose(label: str, options: Sequence[Titled], key: str) -> int:
    """Offers the options by their titles; returns the place of the chosen one."""
    titles = {option.slug: say(option.title) for option in options}
    return list(titles).index(choice_box(label, titles, key))


def _a_loss() -> None:
    task = TASKS[_choose(say("I want to learn"), TASKS, "choosing_task")]
    lesson = LOSSES[task.lesson]
    st.markdown(say(task.says))
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True):
        st.markdown(f"**{say(lesson.title)}** `{lesson.torch_name}`")
        st.markdown(say("**Output layer:** {text}", text=task.output_layer))
        st.markdown(say("**Target:** {text}", text=task.target))
        st.caption(say("PyTorch, now:"))
        _live(_run(task.lesson, task))
        open_lesson(task.lesson, task.example, task.values)
        _others(task.others)
    with right:
        st.markdown(say("**What usually goes wrong**"))
        for slip in task.slips:
            _slip(task, slip, is_open=slip is task.slips[0])
    st.header(say("All tasks at a glance"), anchor=False)
    st.markdown(_all_tasks())


@st.cache_data(max_entries=200, show_spinner=False, hash_funcs={Task: lambda t: t.slug, Slip: lambda s: s.says})
def _run(slug: str, of: Task | Slip) -> Live:
    """The line of a task or of a slip, run by PyTorch."""
    values = of.values if isinstance(of, Slip) else of.shown_values(LOSSES[slug])
    return live(LOSSES[slug], values or {}, budget=page_budget())


def _live(shown: Live) -> None:
    """What went in, the line, and what came out."""
    names = max(len(name) for name, _, _ in shown.tensors)
    shapes = max(len(str(shape)) for _, shape, _ in shown.tensors)
    lines = [f"{name:{names}}  {shape!s:{shapes}}  {dtype}" for name, shape, dtype in shown.tensors]
    lines.append(shown.line)
    if shown.result is not None:
        lines.append(f"→ {number(shown.result)}  {shown.result.shape}  {shown.result.dtype}")
    st.code("\n".join([*lines, *([shown.error] if shown.error else [])]), language=None, wrap_lines=True)


def _slip(task: Task, slip: Slip, is_open: bool) -> None:
    """What goes wrong, and unfolded what PyTorch does then."""
    if slip.values is None:
        with st.container(border=True):
            st.markdown(say("{says}", says=slip.says))
        return
    slug = task.slip_lesson(slip)
    shown = _run(slug, slip)
    key = f"choosing_{task.slug}_{task.slips.index(slip)}_{is_open}"
    with st.expander(say("{says}", says=slip.says), expanded=is_open, key=key):
        st.caption(say(_outcome(shown), result="" if shown.result is None else number(shown.result)))
        _live(shown)
        if all(not isinstance(v, np.ndarray) for v in slip.values.values()):
            open_lesson(slug, values=slip.values, label=say("Try it"))


def _outcome(shown: Live) -> str:
    if shown.error:
        return "PyTorch refuses:"
    if shown.warnings:
        return "PyTorch warns, and returns {result}:"
    return "PyTorch returns {result} without a word:"


def _others(others: tuple[tuple[str, str], ...]) -> None:
    """Further lessons and when to take them; only a name where the lesson has no page."""
    pages = st.session_state["pages"]
    if others:
        st.caption(say("Also to consider:"))
    with st.container(gap="xsmall", key="choosing_others"):
        for slug, reason in others:
            title = LOSSES[slug].title if slug in LOSSES else OPTIMIZERS[slug].__name__
            label = say("**{title}** {reason}", title=say(title), reason=say(reason))
            if slug in pages:
                st.page_link(pages[slug], label=label, icon=":material/arrow_forward:", width="content")
            else:
                st.markdown(label)


@st.cache_data(max_entries=1, show_spinner=False)
def _all_tasks() -> str:
    """Every task with its loss, and the target's shape and dtype as PyTorch took them."""
    return "\n".join(f"- **{say(t.title)}**: `{LOSSES[t.lesson].torch_name}` · {_target(t)}" for t in TASKS)


def _target(task: Task) -> str:
    targets = (t for t in _run(task.lesson, task).tensors if t[0] in ("target", "targets"))
    return next((say("{name} {shape} {dtype}", name=n, shape=s, dtype=d) for n, s, d in targets), say("no target"))


def _an_optimizer() -> None:
    situation = SITUATIONS[_choose(say("My situation"), SITUATIONS, "choosing_situation")]
    st.markdown(say(situation.says))
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True):
        st.markdown(f"**{OPTIMIZERS[situation.optimizer].__name__}**")
        st.markdown(say(situation.why))
        st.code(builds(situation), language="python", wrap_lines=True)
        st.caption(
            say(
                "PyTorch, now: "
                "a weight at 1 with the gradient 0.5 (on the parabola w²/4) is at {after} after one step().",
                after=number(first_update(situation)),
            )
        )
        open_lesson(situation.optimizer)
        _others(situation.others)
    with right:
        st.markdown(say("**What usually goes wrong**"))
        for slip in situation.slips:
            with st.container(border=True):
                st.markdown(say(slip))
    st.header(say("What each optimizer keeps and does"), anchor=False)
    rows, columns = LAYER
    st.caption(
        say(
            "With PyTorch's defaults. Numbers kept: for a weight of {rows} × {columns} = {size} numbers, "
            "after two steps. First step: where it takes a weight at 1 with the gradient 0.5, on the parabola w²/4.",
            rows=rows,
            columns=columns,
            size=rows * columns,
        )
    )
    st.markdown(_optimizer_table(situation.optimizer))


@st.cache_data(max_entries=1, show_spinner=False)
def _all_kept() -> tuple[Kept, ...]:
    return tuple(kept(slug) for slug in OPTIMIZERS)


def _optimizer_table(chosen: str) -> str:
    heads = ("optimizer", "lr", "numbers kept", "first step")
    rows = ["| " + " | ".join(say(head) for head in heads) + " |", "|---|--:|--:|--:|"]
    for one in _all_kept():
        name = f"**{one.name}**" if one.slug == chosen else one.name
        times = f"{one.numbers / math.prod(LAYER):.2g}"
        rows.append(f"| {name} | {one.lr} | {one.numbers} ({times} ×) | {number(one.after)} |")
    return "\n".join(rows)


def _applications() -> None:
    application = APPLICATIONS[_choose(say("Application"), APPLICATIONS, "choosing_application")]
    st.markdown(f"{say(application.says)} :gray[{application.chinese}]")
    parts = tuple(_worked(part) for part in application.parts)
    columns = st.columns(len(parts), gap="medium") if len(parts) > 1 else [st.container()]
    for column, done in zip(columns, parts, strict=True):
        with column, st.container(border=True, gap="xsmall"):
            _part(done)
    if application.joined:
        _joined(application, parts)


@st.cache_resource(max_entries=50, show_spinner=False, hash_funcs={LossPart: lambda part: (part.title, part.lesson)})
def _worked(part: LossPart) -> WorkedPart:
    return worked(part, budget=page_budget())


def _part(done: WorkedPart) -> None:
    """The values, each step with the first sample's numbers, and PyTorch's number beside the result."""
    lesson = LOSSES[done.part.lesson]
    st.markdown(f"**{say(done.part.title)}** `{lesson.torch_name}`")
    st.markdown(say("{says}", says=done.part.says))
    for name, shape, dtype in done.torch.tensors:
        text = value_text(np.asarray(done.part.values[name]))
        st.markdown(f"{name} `{text}` :gray[{shape} {dtype}]")
    for step in done.steps.values():
        st.markdown(_step_line(step))
    st.markdown(say("PyTorch: **{value}**", value=number(done.torch.one_number)))
    open_lesson(done.part.lesson, values=done.part.values)


def _step_line(step: Step) -> str:
    """The step's name, its formula, the numbers of its first sample, and its value."""
    numbers = step.beside_symbol(*(0,) * step.sample_dims) if np.size(step.value) else ""
    dots = r",\; \dots" if np.size(step.value) > 1 and numbers else ""
    return f"{say(step.label)} ${step.latex} {numbers}{dots}$ → **{value_text(step.value)}**"


def _joined(application: Application, parts: tuple[WorkedPart, ...]) -> None:
    by_hand, by_torch = total(parts)
    terms = " + ".join(
        (f"{done.part.weight:g} · " if done.part.weight != 1 else "") + number(done.by_hand)
        for done in parts
        if done.part.weight
    )
    st.markdown(
        say(
            "**Together:** {terms} = **{by_hand}**, PyTorch **{by_torch}**. {joined}",
            terms=terms,
            by_hand=number(by_hand),
            by_torch=number(by_torch),
            joined=say(application.joined),
        )
    )


PARTS: Mapping[str, View[Callable[[], None]]] = {
    "loss": View("A loss", _a_loss),
    "optimizer": View("An optimizer", _an_optimizer),
    "applications": View("Five applications", _applications),
}
