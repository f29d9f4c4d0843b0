"""A dial of directions in two dimensions: which of them is the steepest, and which are level."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from lib.plots import descent as pictures
from lib.training.descent import directions
from lib.training.descent.descent import LESSON, Path
from lib.ui.bound import BOUND
from lib.ui.descent.setting import Setting
from lib.ui.fields import key_of
from lib.ui.figure import show_figure
from lib.ui.text import say


def show_directions(path: Path, setting: Setting) -> None:
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
            key=key_of(LESSON, "degrees"),
            **BOUND,
        )
    number_field = partial(
        st.number_input,
        min_value=-3.0,
        max_value=3.0,
        step=0.5,
        format="%g",
        **BOUND,
    )
    with across:
        a = number_field("a", value=1.0, key=key_of(LESSON, "a"))
    with up:
        b = number_field("b", value=1.0, key=key_of(LESSON, "b"))
    point = (a, b)
    left, right = st.columns(2, gap="small")
    with left:
        show_figure(
            pictures.compass(point, degrees), key_of(LESSON, "compass"), "Lines of equal height with two arrows"
        )
    with right:
        show_figure(pictures.slopes_around(point, degrees), key_of(LESSON, "slopes"), "The slope in every direction")
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
            "{size:.4f} · cos {angle:.1f}° = {by_hand:.4f}. No direction is steeper than the gradient's own, "
            "with slope {size:.4f}; the opposite one falls fastest, and across it f is level.",
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
