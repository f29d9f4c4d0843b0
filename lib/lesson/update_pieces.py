"""What the updates of several optimizers share: the gradient made ready, running averages and their correction."""

from __future__ import annotations

import numpy as np

from lib.lesson.pieces import num
from lib.lesson.spec import Step, Steps


def lerp(old, new, weight):
    """From old towards new by `weight`: (1 − weight) · old + weight · new, rounded as torch rounds it."""
    if isinstance(weight, float):  # for most, and much faster
        return old + weight * (new - old) if abs(weight) < 0.5 else new - (new - old) * (1 - weight)
    return np.where(np.abs(weight) < 0.5, old + weight * (new - old), new - (new - old) * (1 - weight))


def count(state) -> Steps:
    """The number of this update, from 1. Torch keeps it in float32."""
    t = yield Step("step", r"t = t^{\text{old}} + 1", np.asarray(np.float32(state.get("step", 0) + 1)), given=True)
    return t


def ready(grad, param, *, weight_decay, maximize) -> Steps:
    """The gradient as the update takes it: turned round to go up, and with weight decay in it."""
    if maximize:
        grad = yield from turned(grad)
    if weight_decay != 0:
        grad = yield from decayed(grad, param, weight_decay)
    return grad


def turned(grad) -> Steps:
    uphill = yield Step(
        "uphill",
        r"g_i \leftarrow -g_i",
        -grad,
        axes="i",
        worked=lambda *i: rf"-{num(grad[i])}",
        words="Going up means going against the negative gradient: turn the sign round.",
    )
    return uphill


def decayed(grad, param, weight_decay) -> Steps:
    """Weight decay as an L2 penalty: it becomes a part of the gradient, and of all that follows."""
    pulled = yield Step(
        "decayed",
        r"g_i \leftarrow g_i + \lambda\, \theta_i",
        grad + weight_decay * param,
        axes="i",
        worked=lambda *i: rf"{num(grad[i])} + {num(weight_decay)} \cdot {num(param[i])}",
        words="Weight decay adds a pull towards 0 to the gradient.",
    )
    return pulled


def shrunk(param, lr, weight_decay) -> Steps:
    """Weight decay by itself: the parameter shrinks, the gradient knows nothing of it."""
    smaller = yield Step(
        "shrunk",
        r"\theta_i \leftarrow (1 - \gamma \lambda)\, \theta_i",
        param * (1 - lr * weight_decay),
        axes="i",
        worked=lambda *i: rf"(1 - {num(lr)} \cdot {num(weight_decay)}) \cdot {num(param[i])}",
        words="Weight decay comes first and by itself: make the parameter a little smaller.",
    )
    return smaller


def average(name, letter, old, grad, keep, beta) -> Steps:
    """The running average of the gradient, from 0 on: `keep` (written `beta`) of the old one, the rest is new."""
    before = np.zeros_like(grad) if old is None else old
    now = yield Step(
        name,
        rf"{letter}_i = {beta}\, {letter}_i^{{\text{{old}}}} + (1 - {beta})\, g_i",
        lerp(before, grad, 1 - keep),
        axes="i",
        worked=lambda *i: rf"{num(keep)} \cdot {num(before[i])} + {num(1 - keep)} \cdot {num(grad[i])}",
        words="Keep most of the old average, and add a little of the gradient. The first old average is 0.",
    )
    return now


def square_average(name, letter, old, grad, keep, beta) -> Steps:
    """The running average of the squared gradient, from 0 on."""
    before = np.zeros_like(grad) if old is None else old
    now = yield Step(
        name,
        rf"{letter}_i = {beta}\, {letter}_i^{{\text{{old}}}} + (1 - {beta})\, g_i^2",
        keep * before + (1 - keep) * grad * grad,
        axes="i",
        worked=lambda *i: rf"{num(keep)} \cdot {num(before[i])} + {num(1 - keep)} \cdot {num(grad[i])}^2",
        words="Keep most of the old average, and add a little of the squared gradient.",
    )
    return now


def bias_correction(place, keep, t) -> Steps:
    """How much of its full weight an average has after t updates: 1 − β^t. Dividing by it makes up for the start at 0.

    `place` is 1 or 2, as in β₁ and β₂.
    """
    share = yield Step(
        f"bias_correction_{place}",
        rf"c_{place} = 1 - \beta_{place}^{{\,t}}",
        1 - keep ** float(t),
        worked=lambda: rf"1 - {num(keep)}^{{{int(t)}}}",
        words="The weights of all gradients so far add up to this: 1 minus beta to the power of the update's number.",
    )
    return share


def corrected(name, letter, biased, place, share) -> Steps:
    """An average without its start at 0."""
    fair = yield Step(
        name,
        rf"\hat {letter}_i = {letter}_i / c_{place}",
        biased / share,
        axes="i",
        worked=lambda *i: rf"\frac{{{num(biased[i])}}}{{{num(share)}}}",
        words="Divide the average by the weights that went into it.",
    )
    return fair


def denominator(square, eps, latex, what) -> Steps:
    """The root of the mean square, with epsilon added outside the root. `latex` is the symbol under the root."""
    size = yield Step(
        "denominator",
        rf"s_i = \sqrt{{{latex}}} + \epsilon",
        np.sqrt(square) + eps,
        axes="i",
        worked=lambda *i: rf"\sqrt{{{num(square[i])}}} + {num(eps)}",
        words=f"Take the root of {what}, then add epsilon.",
    )
    return size


def step_along(param, lr, direction, size, latex) -> Steps:
    """The new parameter: the learning rate times direction over size is taken away. `latex`: the direction's symbol."""
    new = yield Step(
        "param",
        rf"\theta_i^{{\text{{new}}}} = \theta_i - \gamma\, {latex} / s_i",
        param - lr * direction / size,
        axes="i",
        worked=lambda *i: rf"{num(param[i])} - {num(lr)} \cdot \frac{{{num(direction[i])}}}{{{num(size[i])}}}",
        words="Divide the direction by its usual size, and take the learning rate times that away from the parameter.",
    )
    return new


def largest(square, old) -> Steps:
    """AMSGrad: the largest mean square so far, so that one quiet spell does not lengthen the steps."""
    before = np.zeros_like(square) if old is None else old
    most = yield Step(
        "max_exp_avg_sq",
        r"v^{\max}_i = \max(v^{\max,\text{old}}_i, v_i)",
        np.maximum(before, square),
        axes="i",
        worked=lambda *i: rf"\max({num(before[i])}, {num(square[i])})",
        words="AMSGrad: keep the largest mean square that there has been. The first one is compared with 0.",
    )
    return most
