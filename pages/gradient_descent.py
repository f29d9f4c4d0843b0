"""Gradient descent and the learning rate: one parabola, every learning rate, and why a quarter is the border."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from lib.lesson import run
from lib.plots import descent as pictures
from lib.training.descent import descent, directions
from lib.training.descent.descent import FAR, LESSON, NEAR, Outlook, Path
from lib.ui.choices import View, choice_row, choose_view
from lib.ui.copy_link import copy_link
from lib.ui.fields import fill, key_of
from lib.ui.heading import neighbours
from lib.ui.page import Page
from lib.ui.picks import slider_with_picks
from lib.ui.text import number, say
from lib.ui.working import working_card

PAGE = Page(title=LESSON.title, group=LESSON.group, order=LESSON.order, names=LESSON.names, purpose=LESSON.purpose)
PICKS = (1.0, 0.5, 0.25, 0.2, 0.125, 0.1, 0.01)
RATES = tuple(step / 200 for step in (*range(1, 60), *range(60, 201, 10)))  # finer where it matters
MOST_ITERATIONS = 200
ARTICLES_RUN = (0.01, 2.0, 20)  # learning rate, start, iterations
SWEEP_ENDS = (0.2, 0.3, 0.5)
SWEEP_FROM, SWEEP_RATES, SWEEP_ITERATIONS, SWEEP_START = 0.01, 10, 100, 2.0
FLOAT32 = np.finfo(np.float32)


@dataclass(frozen=True)
class Setting:
    """What the learner chose."""

    lr: float
    start: float
    iterations: int


def key(name: str) -> str:
    return key_of(LESSON, name)


def render() -> None:
    """The whole page."""
    title, link = st.columns([0.85, 0.15], vertical_alignment="center", gap="small")
    title.title(say(PAGE.title), anchor=False)
    with link:
        copy_link()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=key("what")):
        st.markdown(f"{LESSON.names[0]} · {say(PAGE.purpose)}", width="content")
        st.markdown(f"${LESSON.formula}$", width="content")
    left, right = st.columns([0.29, 0.71], gap="small")
    with left, st.container(border=True, key=key("input_card")):
        setting = _settings()
    path = descent.path_by_hand(setting.lr, setting.start, setting.iterations)
    with right, st.container(border=True, key=key("working_card")):
        _one_update(path, setting)
    st.info(outlook_text(descent.outlook(setting.lr, setting.start), setting))
    _view(path, setting)
    neighbours("gradient_descent")


def start_afresh() -> None:
    """The working belongs to the numbers."""
    fill(LESSON, {})


def _settings() -> Setting:
    lr = slider_with_picks(say("Learning rate"), key("lr"), RATES, 0.2, PICKS, on_change=start_afresh)
    start, iterations = st.columns(2, gap="small")
    with start:
        x = st.number_input(
            say("Start x"),
            -100.0,
            100.0,
            2.0,
            0.5,
            format="%g",
            key=key("start"),
            on_change=start_afresh,
            bind="query-params",
            persist_state="session",
        )
    with iterations:
        count = st.number_input(
            say("Iterations"),
            1,
            MOST_ITERATIONS,
            20,
            key=key("iterations"),
            bind="query-params",
            persist_state="session",
        )
    return Setting(lr, float(x), int(count))


def _one_update(path: Path, setting: Setting) -> None:
    """The learner predicts where one update leads."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(say("Predict the update of iteration"), width="content")
        iteration = st.number_input(
            say("Iteration to work"),
            0,
            setting.iterations - 1,
            0,
            key=key("iteration"),
            on_change=start_afresh,
            label_visibility="collapsed",
            width=150,
            bind="query-params",
            persist_state="session",
        )
        st.markdown(say("which starts at x = **{x}**", x=number(path.x[iteration])), width="content")
    values = descent.given_at(path, int(iteration), setting.lr)
    working_card(LESSON, values, "forward", run.torch_result(LESSON, values))


def outlook_text(future: Outlook, setting: Setting) -> str:
    """What becomes of x with this learning rate, in words and numbers."""
    return say(OUTLOOKS[future.kind]).format(
        lr=f"{setting.lr:g}",
        factor=f"{future.factor:.3g}".replace("-", "−"),
        size=f"{abs(future.factor):.3g}",
        loss=f"{future.factor**2:.3g}",
        way=say("turns x to the other side of the minimum and ") if future.factor < 0 else "",
        passes=future.passes,
        x=f"{abs(setting.start):g}",
        near=f"{NEAR:f}",
        far=f"{FAR:,.0f}",
    )


OUTLOOKS: Mapping[str, str] = {
    "still": "**Nothing moves**: x = 0 is the minimum, and the gradient is 0 there.",
    "arrives": "**Arrives in one update**: 1 − 8 · {lr} = 0, so the first update lands exactly on the minimum.",
    "falls": "**Converges**: each update {way}multiplies x by 1 − 8 · {lr} = {factor}, so the loss by {loss}. "
    "It is below {near} from iteration {passes} on.",
    "swings": "**Swings for ever**: 1 − 8 · {lr} = {factor}, so x jumps between {x} and −{x} and the loss never falls: "
    "the border.",
    "diverges": "**Diverges**: each update {way}multiplies x by 1 − 8 · {lr} = {factor}, {size} times further away. "
    "The loss is beyond {far} at iteration {passes}; pictures end there.",
}


@st.cache_data(max_entries=200, show_spinner=False)
def torch_path(lr: float, start: float, iterations: int) -> Path:
    return descent.path_by_torch(lr, start, iterations)


@st.cache_data(max_entries=10, show_spinner=False)
def torch_sweep(rates: tuple[float, ...]) -> Path:
    return descent.path_by_torch(np.array(rates), SWEEP_START, SWEEP_ITERATIONS)


def _view(path: Path, setting: Setting) -> None:
    """One view at a time, kept in the URL."""
    VIEWS[choose_view(VIEWS, key("view"))].draw(path, setting)


def _draw(figure, name: str, alt: str) -> None:
    st.plotly_chart(figure, key=key(name), config={"displayModeBar": False}, alt=say(alt))


def _path(path: Path, setting: Setting) -> None:
    """Both pictures of the walk, from torch's own numbers."""
    walked = torch_path(setting.lr, setting.start, setting.iterations)
    left, right = st.columns(2, gap="small")
    with left:
        _draw(pictures.walk(walked), "walk", "The iterations on the parabola")
    with right:
        _draw(pictures.losses(walked), "losses", "The loss at each iteration")


def _table(path: Path, setting: Setting) -> None:
    """Every iteration: torch beside hand."""
    import pandas as pd  # 0.4 s that no other view needs

    torch = torch_path(setting.lr, setting.start, setting.iterations)
    columns = {}
    for name, by_torch, by_hand in (
        ("x", torch.x, path.x),
        (say("gradient"), torch.gradient, path.gradient),
        ("y", torch.y, path.y),
    ):
        columns[say("{name}, PyTorch", name=name)] = by_torch.astype(np.float64)
        columns[say("{name}, by hand", name=name)] = by_hand
    table = pd.DataFrame(columns).map(lambda value: f"{value:.7g}")
    table.index.name = say("iteration")
    st.dataframe(table, height="content" if setting.iterations <= 20 else 420, key=key("table"))
    st.caption(say(precision_text(torch, path)))


def precision_text(torch: Path, hand: Path) -> str:
    """How far float32 is from the hand calculation in float64, or where it ends."""
    infinite, nan = descent.overflows(torch.y)
    if infinite is not None or nan is not None:
        return (
            f"PyTorch computes in float32 here, whose largest number is {FLOAT32.max:.3g}: the loss passes it at "
            f"iteration {infinite if infinite is not None else nan}. The hand calculation in float64 goes on."
        )
    off = float(np.max(np.abs(torch.x - hand.x)))
    return (
        f"PyTorch computes in float32, which keeps about seven digits; by hand it is float64. "
        f"The two x are never further apart than {off:.2g}."
    )


def _why(path: Path, setting: Setting) -> None:
    """The factor, its border, and what exploding means."""
    left, right = st.columns(2, gap="medium")
    factor = descent.factor_of(setting.lr)
    with left:
        st.markdown(say("The gradient of 4x² is 8x. Put it into the update:"))
        st.markdown(r"$$x' = x - \eta \cdot 8x = (1 - 8\eta)\,x$$")
        st.markdown(r"$$x_k = (1 - 8\eta)^k\, x_0$$")
        st.markdown(
            say(
                "Every update multiplies x by the same factor, here 1 − 8 · {lr} = **{factor}** (PyTorch "
                "differentiates x′ by x: {torch}). Its powers go to 0 only if its size is below 1:",
                lr=f"{setting.lr:g}",
                factor=number(factor),
                torch=number(run.torch_result(LESSON, descent.given_at(path, 0, setting.lr)).grads["x"]),
            )
        )
        st.markdown(
            r"$$|1 - 8\eta| < 1 \;\Leftrightarrow\; -1 < 1 - 8\eta < 1 \;\Leftrightarrow\; 0 < \eta < \tfrac14$$"
        )
        st.markdown(say(EXPLODING))
    with right:
        _draw(pictures.shrinking(setting.lr), "shrinking", "How far from 0 one update leaves x")
        st.caption(say("Below the dotted line x comes closer with every update, above it x runs away."))
        st.markdown(no_explosion_text())


EXPLODING = """
- **⅛** makes the factor 0: one update lands on the minimum. It is 1 over the curvature, which is 8.
- **Between ⅛ and ¼** the factor is negative: x jumps over the minimum each time, and still comes closer.
- **¼** gives −1: x jumps to the other side, as far away as before. In general the border is 2 over the largest
  curvature.
- **Beyond ¼** each jump ends further up, where the gradient is larger, so the next jump is longer still. That is
  exploding. A smaller learning rate does not change the gradient at a place; it keeps x from jumping to places where
  the gradient is large.
"""


def no_explosion_text() -> str:
    """What becomes of the learning rate that older articles print under the word explosion."""
    y = descent.path_by_hand(*ARTICLES_RUN).y
    return say(
        "Older articles print lr = {lr:g} under the words “how the gradient explodes”. With it the loss falls, from "
        "{first:.4g} to {last:.3g} in {count} iterations. Try 0.5 or 1.",
        lr=ARTICLES_RUN[0],
        first=y[0],
        last=y[-1],
        count=len(y),
    )


def _sweep(path: Path, setting: Setting) -> None:
    """Ten learning rates at once."""
    ends = {f"{rate:g}": say("0.01 to {rate:g}", rate=rate) for rate in SWEEP_ENDS}
    end = choice_row(say("Largest learning rate"), ends, key("sweep"), default=list(ends)[-1])
    rates = tuple(np.linspace(SWEEP_FROM, float(end), SWEEP_RATES).tolist())
    torch, hand = torch_sweep(rates), descent.path_by_hand(np.array(rates), SWEEP_START, SWEEP_ITERATIONS)
    left, right = st.columns([0.44, 0.56], gap="small")
    with left:
        _draw(pictures.sweep(rates, torch.y), "sweep_curves", "The loss for ten learning rates")
        st.caption(say("✓ converges, ✗ diverges: dashed, and drawn up to a loss of {far:,.0f}.", far=FAR))
    with right:
        st.markdown("\n".join(sweep_table(rates, torch.y, hand.y)))
    st.caption(
        say(
            SWEEP_SAYS,
            iterations=SWEEP_ITERATIONS,
            start=SWEEP_START,
            largest=FLOAT32.max,
            least=FLOAT32.smallest_subnormal,
        )
    )


SWEEP_SAYS = (
    "Loss at the last of {iterations} iterations from x = {start:g}. Float32 ends at {largest:.3g}: beyond it the loss "
    "is inf, although x is still a number. Once x itself is inf, the next update computes inf − inf, which is NaN. "
    "Below {least:.2g} float32 has only 0."
)


def sweep_table(rates: tuple[float, ...], torch: np.ndarray, hand: np.ndarray) -> list[str]:
    """A Markdown table: rate, factor, last loss by torch and by hand, and what became of it."""
    heads = (say("lr"), say("factor"), say("PyTorch"), say("by hand"), "")
    lines = ["| " + " | ".join(heads) + " |", "|--:|--:|--:|--:|---|"]
    for rate, by_torch, by_hand in zip(rates, torch.T, hand.T, strict=True):
        factor = f"{descent.factor_of(rate):.3f}".replace("-", "−")
        lines.append(
            f"| {rate:.3f} | {factor} | {by_torch[-1]:.3g} | {by_hand[-1]:.3g} | {sweep_verdict(rate, by_torch)} |"
        )
    return lines


def sweep_verdict(rate: float, y: np.ndarray) -> str:
    """✓ for one that converges, ✗ for one that does not, and from where float32 has no number for it."""
    infinite, nan = descent.overflows(y)
    if abs(descent.factor_of(rate)) < 1:
        return ":green[✓]"
    ends = [say("inf from {n}", n=infinite)] if infinite is not None else []
    ends += [say("NaN from {n}", n=nan)] if nan is not None else []
    return f":red[✗ {', '.join(ends)}]"


def _directions(path: Path, setting: Setting) -> None:
    """A dial of directions in two dimensions."""
    st.markdown(
        say(
            "Two parameters: f(a, b) = 4a² + b². Turn the dial: in which direction does f rise most steeply? "
            "Where is it level?"
        )
    )
    dial, across, up = st.columns([0.5, 0.25, 0.25], gap="small")
    with dial:
        degrees = st.slider(
            say("Direction in degrees"),
            0,
            360,
            60,
            key=key("degrees"),
            bind="query-params",
            persist_state="session",
        )
    number_field = partial(
        st.number_input,
        min_value=-3.0,
        max_value=3.0,
        step=0.5,
        format="%g",
        bind="query-params",
        persist_state="session",
    )
    with across:
        a = number_field("a", value=1.0, key=key("a"))
    with up:
        b = number_field("b", value=1.0, key=key("b"))
    point = (a, b)
    left, right = st.columns(2, gap="small")
    with left:
        _draw(pictures.compass(point, degrees), "compass", "Lines of equal height with two arrows")
    with right:
        _draw(pictures.slopes_around(point, degrees), "slopes", "The slope in every direction")
    st.markdown(slope_text(point, degrees))


def slope_text(point: directions.Point, degrees: float) -> str:
    """Gradient · direction with the numbers, beside torch's slope, and how it compares with the steepest."""
    (g, h), (u, v) = directions.gradient(point), directions.unit(degrees)
    by_hand = float(directions.slope(point, degrees))
    sums = rf"{g:.4g} \cdot {_factor(u)} + {_factor(h)} \cdot {_factor(v)}"
    lines = [
        rf"$\text{{slope}} = \nabla f \cdot u = {sums} = \mathbf{{{by_hand:.4f}}}$ "
        + say("(PyTorch, by autograd along the ray: {slope:.4f})", slope=directions.slope_by_torch(point, degrees))
    ]
    up = directions.steepest(point)
    if up is None:
        return "\n\n".join([*lines, say("At the minimum the gradient is 0: every direction is level.")])
    size, angle = float(np.hypot(g, h)), directions.apart(degrees, up)
    lines.append(
        say(
            "The gradient has length {size:.4f} and points to {up:.1f}°, {angle:.1f}° away from your direction: "
            "{size:.4f} · cos {angle:.1f}° = {by_hand:.4f}. No direction is steeper than the gradient's own, with "
            "slope {size:.4f}; the opposite one falls fastest, and across it f is level.",
            size=size,
            up=up,
            angle=angle,
            by_hand=by_hand,
        )
    )
    return "\n\n".join(lines)


def _factor(value: float) -> str:
    """A number as a factor: negative ones in brackets."""
    return f"({value:.4g})" if value < 0 else f"{value:.4g}"


def _code(path: Path, setting: Setting) -> None:
    """The program behind the table, and what older articles do otherwise."""
    st.code(descent.pytorch_lines(setting.lr, setting.start, setting.iterations), language="python")
    for pitfall in LESSON.pitfalls:
        st.markdown(f"**{say(pitfall.title)}**  \n{say(pitfall.says)}")
        if pitfall.error:
            st.code(pitfall.error, language=None, wrap_lines=True)
    st.markdown(say("**References**") + "\n" + "\n".join(f"- [{say(r.text)}]({r.url})" for r in LESSON.sources))


VIEWS: Mapping[str, View[Callable[[Path, Setting], None]]] = {
    "path": View("Path", _path),
    "table": View("Table", _table),
    "why": View("Why ¼", _why),
    "sweep": View("Ten learning rates", _sweep),
    "directions": View("Directions", _directions),
    "code": View("Code and pitfalls", _code),
}
