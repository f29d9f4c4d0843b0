"""Train: a small network, trained for real while the page watches."""

from __future__ import annotations

import streamlit as st

from lib.ui.heading import neighbours
from lib.ui.page import Page
from lib.ui.page_title import page_title
from lib.ui.text import say
from lib.ui.train.set_up import set_up
from lib.ui.train.stage import show_stage
from lib.ui.train.views import below

PAGE = Page(
    title="Train",
    group="training",
    order=4,
    names=("训练", "training loop", "playground", "TensorBoard"),
    purpose="A small network trained for real: any optimizer, any scheduler, watched as it learns.",
)
WHAT = "Two features or one number in, a few layers, and everything that PyTorch offers to train them."


def render() -> None:
    """The whole page."""
    page_title(PAGE)
    st.markdown(say(WHAT))
    left, right = st.columns([0.36, 0.64], gap="small")
    with left, st.container(border=True, key="train_input_card"):
        settings, problems = set_up()
    with right, st.container(border=True, key="train_live_card"):
        run = show_stage(settings, problems)
    if run is not None:
        below(run)
    neighbours("train")
