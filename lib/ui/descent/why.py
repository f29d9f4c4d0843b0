"""Why a quarter is the border: the factor of one update, and what exploding means."""

from __future__ import annotations

import streamlit as st

from lib.lesson import run
from lib.plots import descent as pictures
from lib.training.descent import descent
from lib.training.descent.descent import LESSON, Path
from lib.ui.budget import page_budget
from lib.ui.descent.setting import Setting
from lib.ui.fields import key_of
from lib.ui.figure import show_figure
from lib.ui.text import number, say

ARTICLES_RUN = (0.01, 2.0, 20)  # learning rate, start, iterations


def show_why(path: Path, setting: Setting) -> None:
    """The factor, its border, and what exploding means."""
    left, right = st.columns(2, gap="medium")
    factor = descent.factor_of(setting.lr)
    by_torch = run.torch_result(LESSON, descent.given_at(path, 0, setting.lr), budget=page_budget())
    with left:
        st.markdown(say("The gradient of 4x² is 8x. Put it into the update:"))
        st.markdown(r"$$x' = x - \eta \cdot 8x = (1 - 8\eta)\,x$$")
        st.markdown(r"$$x_k = (1 - 8\eta)^k\, x_0$$")
        st.markdown(
            say(
                "Every update multiplies x by the same factor, "
                "here 1 − 8 · {lr} = **{factor}** (PyTorch differentiates x′ by x: {torch}). "
                "Its powers go to 0 only if its size is below 1:",
                lr=f"{setting.lr:g}",
                factor=number(factor),
                torch=number(by_torch.grads["x"]),
            )
        )
        st.markdown(
            r"$$|1 - 8\eta| < 1 \;\Leftrightarrow\; -1 < 1 - 8\eta < 1 \;\Leftrightarrow\; 0 < \eta < \tfrac14$$"
        )
        st.markdown(say(EXPLODING))
    with right:
        show_figure(pictures.shrinking(setting.lr), key_of(LESSON, "shrinking"), "How far from 0 one update leaves x")
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
        "Older articles print lr = {lr:g} under the words “how the gradient explodes”. With it the loss falls, "
        "from {first:.4g} to {last:.3g} in {count} iterations. Try 0.5 or 1.",
        lr=ARTICLES_RUN[0],
        first=y[0],
        last=y[-1],
        count=len(y),
    )
