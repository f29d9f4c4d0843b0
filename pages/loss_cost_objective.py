"""Loss, cost, objective: what the three words mean, on three samples."""

from __future__ import annotations

import numpy as np
import streamlit as st

from lib.lesson.formula import CUT, formula, joined, total
from lib.refusal import Refusal
from lib.tensors.read import parse
from lib.ui.bound import BOUND
from lib.ui.heading import neighbours
from lib.ui.page import Page
from lib.ui.problem import show_problem
from lib.ui.text import say

PAGE = Page(
    title="Loss, cost, objective",
    group="entropy",
    order=0,
    names=("损失函数、代价函数、目标函数", "cost function", "objective function"),
    purpose="What the three words mean, on three samples.",
)
WEIGHTS = (1.0, -2.0)  # of the small model that the penalty is taken of
MOST_SHOWN = 6  # losses

TEXT = """
**Loss**: what one sample costs. The network's answer is compared with the right one, and the worse, the larger.

**Cost**: what the whole batch costs, mostly the mean of its losses. This is what `reduction='mean'` returns.

**Objective**: what training really minimises: the cost and whatever else is wanted, such as small weights.
It may also be maximised, as a likelihood is; a cost never.

Many people, and PyTorch's names, say *loss* for all three. Then ask: of one sample, of the batch, or with the penalty?
"""


def render() -> None:
    """The whole page."""
    st.title(say(PAGE.title), anchor=False)
    st.markdown(say(TEXT))
    with st.container(border=True):
        text = st.text_input(
            say("Squared errors of three samples"),
            value="[0.25, 1, 4]",
            key="words_losses",
            **BOUND,
        )
        share = st.slider(
            say("λ: how much the penalty counts"),
            0.0,
            1.0,
            0.1,
            0.05,
            key="words_share",
            **BOUND,
        )
        _worked(text, share)
    neighbours("loss_cost_objective")


def _worked(text: str, share: float) -> None:
    """The three numbers of the losses typed, or what is wrong with them."""
    try:
        losses = losses_in(text)
    except ValueError as error:
        show_problem(error)
        return
    for line in lines(losses, share):
        st.markdown(line)


def losses_in(text: str) -> np.ndarray:
    """The losses typed, as a list. Refuses what cannot be one."""
    losses = np.atleast_1d(parse(text, np.float64))
    if losses.ndim != 1 or losses.size == 0:
        raise Refusal("expected a list with one squared error per sample, such as [0.25, 1, 4]")
    if not (losses >= 0).all() or not np.isfinite(losses).all():
        raise Refusal("a squared error is a number, 0 or more")
    return losses


def lines(losses: np.ndarray, share: float) -> list[str]:
    """Every number with its formula, in Markdown: losses, cost, penalty, objective."""
    with np.errstate(over="ignore"):
        cost = losses.mean()
    squares = np.square(WEIGHTS)
    penalty = squares.sum()
    each = joined((formula("<loss>", loss=loss) for loss in losses[:MOST_SHOWN]), r",\; ").latex()
    more = rf",\; {CUT}" if losses.size > MOST_SHOWN else ""
    mean = formula(
        rf"\frac{{1}}{{N}} \sum_n \ell_n = \frac{{<losses>}}{{{losses.size}}} = \mathbf{{<cost>}}",
        losses=total("loss", losses),
        cost=cost,
    )
    sizes = formula(r"\sum_j w_j^2 = <squares> = <penalty>", squares=total("square", squares), penalty=penalty)
    both = formula(
        r"C + \lambda R = <cost> + <share> \cdot <penalty> = \mathbf{<objective>}",
        cost=cost,
        share=share,
        penalty=penalty,
        objective=cost + share * penalty,
    )
    return [
        say("loss per sample") + rf" $\quad \ell_n = (x_n - y_n)^2 = {each}{more}$",
        say("cost") + rf" $\quad C = {mean.latex()}$",
        say("penalty") + rf" $\quad R = {sizes.latex()}$ " + say("(for the weights 1 and −2)"),
        say("objective") + rf" $\quad J = {both.latex()}$",
    ]
