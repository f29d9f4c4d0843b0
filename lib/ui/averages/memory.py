"""How long an average remembers: the weights of several β, and what is left of a number after some days."""

from __future__ import annotations

import numpy as np
import streamlit as st

from lib.plots import averages as pictures
from lib.training.descent import averages
from lib.training.descent.averages import LESSON
from lib.ui.bound import BOUND
from lib.ui.fields import key_of
from lib.ui.figure import show_figure
from lib.ui.text import say

ARTICLES_BETAS = (0.98, 0.95, 0.9, 0.8)
ARTICLES_MEMORY = ((0.8, 20), (0.98, 80))  # β, and after how many days older articles call it forgotten


def show_memory(series: np.ndarray, beta: float, day: int) -> None:
    """The weights of several β, their sum, and how long each remembers."""
    days = st.slider(
        say("Days to look back"),
        10,
        300,
        100,
        10,
        key=key_of(LESSON, "days"),
        **BOUND,
    )
    betas = tuple(dict.fromkeys((*ARTICLES_BETAS, beta)))
    left, right = st.columns(2, gap="small")
    with left:
        show_figure(pictures.fading(betas, beta, days), key_of(LESSON, "fading"), "The weight of a number by its age")
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
        "Older articles read off such a picture "
        "that β = {short:g} forgets after {few} days and {long:g} after {many}. "
        "That is not one measure: {few} days leave {share:.1%} of a weight, {many} days {other:.1%}. "
        "Until {long:g} has only {share:.1%} left it takes **{same:.0f} days**. "
        "The usual rule, 1/(1 − β), gives {rule_short:.0f} and {rule_long:.0f} days: "
        "by then a weight has fallen to about 1/e, which is {e:.0%}.",
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
