"""Exponential averages and momentum: one average by hand, how long it remembers, and what momentum does instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import streamlit as st

from lib.lesson import run
from lib.plots import averages as pictures
from lib.tensors.number import TensorTextError
from lib.tensors.read import parse
from lib.training.descent import averages
from lib.training.descent.averages import LESSON
from lib.training.descent.descent import Path
from lib.ui.choices import View, choice_row, choose_view
from lib.ui.copy_link import copy_link
from lib.ui.fields import fill, key_of
from lib.ui.heading import neighbours
from lib.ui.page import Page
from lib.ui.picks import slider_with_picks
from lib.ui.text import number, say
from lib.ui.working import working_card

PAGE = Page(title=LESSON.title, group=LESSON.group, order=LESSON.order, names=LESSON.names, purpose=LESSON.purpose)
SERIES = "[10, 12, 9, 14, 11, 13]"
MOST_DAYS = 60
BETAS = tuple(step / 100 for step in range(100))
ARTICLES_BETAS = (0.98, 0.95, 0.9, 0.8)
ARTICLES_MEMORY = ((0.8, 20), (0.98, 80))  # β, and after how many days older articles call it forgotten
LEVELS = (1.0, 0.1, 0.01, 1e-3, 1e-4)
SLOW, FAST, START, ITERATIONS = 0.01, 0.03, 2.0, 100  # the article's race: momentum for the slow one only
MOMENTA = (0.9, 0.63)
CONSTANT, OWN = "constant", "own"
GRADIENTS = {CONSTANT: "Always 1", OWN: "Your numbers"}
UPDATES = 40


def key(name: str) -> str:
    return key_of(LESSON, name)


def render() -> None:
    """The whole page."""
    _heading()
    left, right = st.columns([0.29, 0.71], gap="small")
    with left, st.container(border=True, key=key("input_card")):
        series, beta = _inputs()
    if series is None:
        st.info(say("Your working waits for a list of numbers."))
    else:
        with right, st.container(border=True, key=key("working_card")):
            day = _working(series, beta)
        _view(series, beta, day)
    neighbours("exponential_averages")


def _heading() -> None:
    title, link = st.columns([0.85, 0.15], vertical_alignment="center", gap="small")
    title.title(say(PAGE.title), anchor=False)
    with link:
        copy_link()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=key("what")):
        st.markdown(f"{LESSON.names[0]} · {say(PAGE.purpose)}", width="content")
        st.markdown(f"${LESSON.formula}$", width="content")


def start_afresh() -> None:
    """The working belongs to the numbers."""
    fill(LESSON, {})


def _inputs() -> tuple[np.ndarray | None, float]:
    text = st.text_input(
        say("One number per day"),
        value=SERIES,
        key=key("series"),
        on_change=start_afresh,
        bind="query-params",
        persist_state="session",
    )
    series: np.ndarray | None = None
    try:
        series = series_in(text)
    except ValueError as error:
        st.caption(f":red[{say('{problem}', problem=str(error))}]")
    beta = slider_with_picks(say("β"), key("beta"), BETAS, 0.9, ARTICLES_BETAS, on_change=start_afresh)
    return series, beta


def series_in(text: str) -> np.ndarray:
    """The numbers typed, as a list. ValueError in plain words for what cannot be one."""
    series = np.atleast_1d(parse(text, np.float64))
    if len(series) > MOST_DAYS:
        raise TensorTextError(f"{len(series)} numbers are typed; expected at most {MOST_DAYS}")
    averages.check(series=series, beta=0.0, t=1)
    return series


def _working(series: np.ndarray, beta: float) -> int:
    """The learner works the average of one day; returns that day."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(say("Work the average up to day"), width="content")
        day = st.number_input(
            say("Day to work"),
            1,
            len(series),
            min(2, len(series)),
            key=key("t"),
            on_change=start_afresh,
            label_visibility="collapsed",
            width=150,
            bind="query-params",
            persist_state="session",
        )
        st.markdown(say("from v₀ = 0"), width="content")
    values = {"series": series, "beta": beta, "t": int(day)}
    working_card(LESSON, values, "forward", run.torch_result(LESSON, values))
    return int(day)


def _view(series: np.ndarray, beta: float, day: int) -> None:
    """One view at a time, kept in the URL."""
    VIEWS[choose_view(VIEWS, key("view"))].draw(series, beta, day)


def _draw(figure, name: str, alt: str) -> None:
    st.plotly_chart(figure, key=key(name), config={"displayModeBar": False}, alt=say(alt))


def _picture(series: np.ndarray, beta: float, day: int) -> None:
    """The series smoothed, and how much each of its numbers counts."""
    left, right = st.columns([0.6, 0.4], gap="small")
    with left:
        _draw(pictures.smoothed(series, beta, day), "smoothed", "The numbers and their averages")
    with right:
        _draw(pictures.shares(series, beta, day), "shares", "How much each number counts")
    raw, corrected = averages.averages(series, beta)
    counts = run.torch_result(LESSON, {"series": series, "beta": beta, "t": day}).grads["series"]
    st.caption(
        say(
            "On day {day} the weights add up to $1-{beta:g}^{{{day}}}$ = {total}: the average from 0 is {raw}, that "
            "share of the corrected one, {corrected}. The corrected weights are its gradient: PyTorch's autograd gives "
            "{counts}.",
            day=day,
            beta=beta,
            total=number(averages.total_weight(beta, day)),
            raw=number(raw[day - 1]),
            corrected=number(corrected[day - 1]),
            counts=number(counts[:day]),
        )
    )


def _memory(series: np.ndarray, beta: float, day: int) -> None:
    """The weights of several β, their sum, and how long each remembers."""
    days = st.slider(
        say("Days to look back"), 10, 300, 100, 10, key=key("days"), bind="query-params", persist_state="session"
    )
    betas = tuple(dict.fromkeys((*ARTICLES_BETAS, beta)))
    left, right = st.columns(2, gap="small")
    with left:
        _draw(pictures.fading(betas, beta, days), "fading", "The weight of a number by its age")
    with right:
        st.markdown("\n".join(memory_table(betas, days)))
        st.caption(
            say("The sum is $1-β^{{{days}}}$; what is missing from 1 still sits at the start, v₀ = 0.", days=days)
        )
    st.markdown(memory_text())


def memory_table(betas: tuple[float, ...], days: int) -> list[str]:
    """A Markdown table: β, 1/(1 − β), the sum of the weights, and what is left of one at several ages."""
    ages = [age for _, age in ARTICLES_MEMORY]
    heads = ("β", "1/(1 − β)", say("sum, {days} days", days=days), *(say("left after {age}", age=a) for a in ages))
    lines = ["| " + " | ".join(heads) + " |", "|--:" * len(heads) + "|"]
    for beta in betas:
        shares = " | ".join(f"{100 * averages.left(beta, age):.3g}%" for age in ages)
        total = averages.weights(beta, days).sum()
        lines.append(f"| {beta:g} | {averages.memory(beta):.3g} | {total:.4f} | {shares} |")
    return lines


def memory_text() -> str:
    """Why 20 days for 0.8 and 80 for 0.98 are no common measure, in numbers."""
    (short, few), (long, many) = ARTICLES_MEMORY
    share = averages.left(short, few)
    return say(
        "Older articles read off such a picture that β = {short:g} forgets after {few} days and {long:g} after {many}. "
        "That is not one measure: {few} days leave {share:.1%} of a weight, {many} days {other:.1%}. Until {long:g} "
        "has only {share:.1%} left it takes **{same:.0f} days**. The usual rule, 1/(1 − β), gives {rule_short:.0f} and "
        "{rule_long:.0f} days: by then a weight has fallen to about 1/e, which is {e:.0%}.",
        short=short,
        few=few,
        long=long,
        many=many,
        share=share,
        other=averages.left(long, many),
        same=averages.days_until(long, share),
        rule_short=averages.memory(short),
        rule_long=averages.memory(long),
        e=np.exp(-1),
    )


@st.cache_data(max_entries=200, show_spinner=False)
def torch_run(lr: float, momentum: float) -> Path:
    return averages.momentum_path_by_torch(lr, momentum, START, ITERATIONS)


def _momentum(series: np.ndarray, beta: float, day: int) -> None:
    """A small learning rate with momentum against one three times as large without."""
    left, right = st.columns(2, gap="medium")
    with left:
        momentum = slider_with_picks(
            say("Momentum of the small learning rate"), key("momentum"), BETAS, MOMENTA[0], MOMENTA
        )
    with right:
        level = st.segmented_control(
            say("Level to get below"),
            LEVELS,
            default=0.01,
            required=True,
            format_func=lambda value: f"{value:g}",
            key=key("level"),
            bind="query-params",
            persist_state="session",
        )
    slow, fast = torch_run(SLOW, momentum), torch_run(FAST, 0.0)
    names = (say("lr {lr:g}, m {m:g}", lr=SLOW, m=momentum), say("lr {lr:g}, m 0", lr=FAST))
    left, right = st.columns(2, gap="small")
    with left:
        _draw(pictures.races(dict(zip(names, (slow.y, fast.y), strict=True)), level), "races", "The losses of two runs")
    with right:
        _draw(pictures.crossings(dict(zip(names, (slow.x, fast.x), strict=True))), "crossings", "x of the two runs")
    st.markdown(verdict_text(names, slow.y, fast.y, level))
    st.markdown("\n".join(level_table(names, slow.y, fast.y)))
    st.caption(long_run_text(momentum))


def verdict_text(names: tuple[str, str], slow: np.ndarray, fast: np.ndarray, level: float) -> str:
    """Who is first below the level, and who stays there first."""
    arrives = earlier(names, [averages.first_below(losses, level) for losses in (slow, fast)])
    settles = earlier(names, [averages.stays_below(losses, level) for losses in (slow, fast)])
    if arrives == settles:
        return say("Below {level:g}: **{name}** gets there first, and is the first to stay.", level=level, name=arrives)
    return say(
        "Below {level:g}: **{arrives}** gets there first, **{settles}** stays there first.",
        level=level,
        arrives=arrives,
        settles=settles,
    )


def earlier(names: tuple[str, str], iterations: list[int | None]) -> str:
    """Whose iteration is the smaller one; a run that never gets there comes last."""
    one, other = (ITERATIONS if i is None else i for i in iterations)
    return names[0] if one < other else names[1] if other < one else say("neither")


def level_table(names: tuple[str, str], slow: np.ndarray, fast: np.ndarray) -> list[str]:
    """A Markdown table: for each level the first iteration below it, and the one from which the loss stays below."""
    heads = ["", *(say("{name}: first / stays", name=name) for name in names)]
    lines = ["| " + " | ".join(heads) + " |", "|--:|--:|--:|"]
    for level in LEVELS:
        cells = []
        for losses in (slow, fast):
            pair = averages.first_below(losses, level), averages.stays_below(losses, level)
            cells.append(" / ".join(say("not yet") if i is None else str(i) for i in pair))
        lines.append(f"| {say('below {level:g}', level=level)} | " + " | ".join(cells) + " |")
    return lines


def long_run_text(momentum: float) -> str:
    """What decides in the long run: how much x shrinks per update."""
    (slow, swings), (fast, _) = averages.shrink(SLOW, momentum), averages.shrink(FAST, 0.0)
    return say(
        "{iterations} iterations on y = 4x² from x = {start:g}, counted from 0, with the loss before each update. In "
        "the long run an update multiplies the distance by {slow:.3f} with momentum {momentum:g}{swinging}, by "
        "{fast:.3f} without. For lr {lr:g} the fastest momentum is (1 − √(8 · {lr:g}))² = {best:.3f}.",
        iterations=ITERATIONS,
        start=START,
        slow=slow,
        momentum=momentum,
        swinging=say(" (swinging through 0, so it is √m)") if swings else "",
        fast=fast,
        best=averages.best_momentum(SLOW),
        lr=SLOW,
    )


@st.cache_data(max_entries=200, show_spinner=False)
def torch_buffers(gradients: tuple[float, ...], momentum: float, dampening: float) -> np.ndarray:
    return averages.buffers_by_torch(np.array(gradients), momentum, dampening)


def _buffer(series: np.ndarray, beta: float, day: int) -> None:
    """SGD's buffer beside the average of the same gradients."""
    st.markdown(say(BUFFER_SAYS))
    st.markdown(r"$$b_t = m\, b_{t-1} + (1 - d)\, g_t, \quad b_1 = g_1$$")
    st.markdown(r"$$v_t = m\, v_{t-1} + (1-m)\, g_t, \quad v_0 = 0$$")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = choice_row(
            say("Gradients"),
            {name: say(label) for name, label in GRADIENTS.items()},
            key("gradients"),
            default=CONSTANT,
        )
        dampened = st.toggle(
            say("dampening d = momentum"), key=key("dampened"), bind="query-params", persist_state="session"
        )
    gradients = np.ones(UPDATES) if kind == CONSTANT else series
    dampening = beta if dampened else 0.0
    torch = torch_buffers(tuple(gradients.tolist()), beta, dampening)
    _draw(pictures.buffer_and_average(gradients, beta, dampening, torch), "buffer", "Buffer and average")
    st.markdown(buffer_text(gradients, beta, dampening, torch, constant=kind == CONSTANT))


BUFFER_SAYS = (
    "Momentum is often explained as an exponential average of the gradients. What torch.optim.SGD keeps is not one: it "
    "adds each gradient whole, unless dampening takes a share away. Here m is the β chosen above."
)


def buffer_text(gradients: np.ndarray, momentum: float, dampening: float, torch: np.ndarray, constant: bool) -> str:
    """The last numbers, and where they tend to."""
    text = say(
        "After {n} updates: buffer by hand **{buffer}**, of PyTorch **{torch}**, average **{average}**.",
        n=len(gradients),
        buffer=number(averages.buffers(gradients, momentum, dampening)[-1]),
        torch=number(torch[-1]),
        average=number(averages.averages(gradients, momentum)[0][-1]),
    )
    if dampening:
        return text + " " + say("Dampened by m they differ only by the first gradient, which SGD takes whole.")
    if not constant:
        return (
            text + " " + say("Without dampening the buffer is about 1/(1 − m) times the average, and steps likewise.")
        )
    return (
        text
        + " "
        + say(
            "With equal gradients of 1 the buffer tends to 1/(1 − m) = {limit}, the average to 1: momentum {m:g} makes "
            "steps {limit} times as long in the long run, as a learning rate that much larger would.",
            limit=f"{averages.memory(momentum):.4g}",
            m=momentum,
        )
    )


VIEWS: Mapping[str, View[Callable[[np.ndarray, float, int], None]]] = {
    "picture": View("Picture", _picture),
    "memory": View("Weights and memory", _memory),
    "momentum": View("Momentum", _momentum),
    "buffer": View("SGD's buffer", _buffer),
}
