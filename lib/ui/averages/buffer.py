"""SGD's momentum buffer beside the exponential average of the same gradients."""

from __future__ import annotations

import numpy as np
import streamlit as st

from lib.plots import averages as pictures
from lib.training.descent import averages
from lib.training.descent.averages import LESSON
from lib.ui.bound import BOUND
from lib.ui.choices import choice_row
from lib.ui.fields import key_of
from lib.ui.figure import show_figure
from lib.ui.text import number, say

CONSTANT, OWN = "constant", "own"
GRADIENTS = {CONSTANT: "Always 1", OWN: "Your numbers"}
UPDATES = 40


@st.cache_data(max_entries=200, show_spinner=False)
def torch_buffers(gradients: tuple[float, ...], momentum: float, dampening: float) -> np.ndarray:
    return averages.buffers_by_torch(np.array(gradients), momentum, dampening)


def show_buffer(series: np.ndarray, beta: float, day: int) -> None:
    """SGD's buffer beside the average of the same gradients."""
    st.markdown(say(BUFFER_SAYS))
    st.markdown(r"$$b_t = m\, b_{t-1} + (1 - d)\, g_t, \quad b_1 = g_1$$")
    st.markdown(r"$$v_t = m\, v_{t-1} + (1-m)\, g_t, \quad v_0 = 0$$")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = choice_row(
            say("Gradients"),
            {name: say(label) for name, label in GRADIENTS.items()},
            key_of(LESSON, "gradients"),
            default=CONSTANT,
        )
        dampened = st.toggle(
            say("dampening d = momentum"),
            key=key_of(LESSON, "dampened"),
            **BOUND,
        )
    gradients = np.ones(UPDATES) if kind == CONSTANT else series
    dampening = beta if dampened else 0.0
    torch = torch_buffers(tuple(gradients.tolist()), beta, dampening)
    show_figure(
        pictures.buffer_and_average(gradients, beta, dampening, torch), key_of(LESSON, "buffer"), "Buffer and average"
    )
    st.markdown(buffer_text(gradients, beta, dampening, torch, constant=kind == CONSTANT))


BUFFER_SAYS = (
    "Momentum is often explained as an exponential average of the gradients. What torch.optim.SGD keeps is not one: "
    "it adds each gradient whole, unless dampening takes a share away. Here m is the β chosen above."
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
            "With equal gradients of 1 the buffer tends to 1/(1 − m) = {limit}, the average to 1: "
            "momentum {m:g} makes steps {limit} times as long in the long run, "
            "as a learning rate that much larger would.",
            limit=f"{averages.memory(momentum):.4g}",
            m=momentum,
        )
    )
