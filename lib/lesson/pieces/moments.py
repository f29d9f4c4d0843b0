"""Running averages of the gradient and its square, and their correction, beside their mistakes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lib.lesson.pieces.gradient import Done, Given, before, fed, fed_squared, not_first, update_number
from lib.lesson.pieces.latex import num
from lib.lesson.spec import Mistake, Step, Steps


def lerp(old, new, weight):
    """From old towards new by `weight`: (1 − weight) · old + weight · new, rounded as torch rounds it."""
    if isinstance(weight, float):  # for most, and much faster
        return old + weight * (new - old) if abs(weight) < 0.5 else new - (new - old) * (1 - weight)
    return np.where(np.abs(weight) < 0.5, old + weight * (new - old), new - (new - old) * (1 - weight))


def count(state) -> Steps:
    """The number of this update, from 1. Torch keeps it in float32."""
    t = yield Step("step", r"t = t^{\text{old}} + 1", np.asarray(np.float32(state.get("step", 0) + 1)), given=True)
    return t


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


def average_mistakes(
    name: str, keep: Callable[[Given], float], new: Callable[[Given, Done], np.ndarray], symbol: str, what: str
) -> tuple[Mistake, ...]:
    """Of a running average: `keep` is its beta, written `symbol`, `new` what enters it, called `what`."""
    return (
        Mistake(
            {name: lambda given, done: (1 - keep(given)) * before(given, name) + keep(given) * new(given, done)},
            f"You swapped the weights. The old average gets {symbol}, {what} gets 1 − {symbol}.",
        ),
        Mistake(
            {name: lambda given, done: keep(given) * before(given, name) + new(given, done)},
            f"You added {what} whole. In an average it gets 1 − {symbol}.",
        ),
        Mistake(
            {name: lambda given, done: done[name] - keep(given) * before(given, name)},
            f"You left the old average out: {symbol} times it is kept.",
            when=not_first,
        ),
    )


def square_mistakes(name: str, keep: Callable[[Given], float], symbol: str) -> tuple[Mistake, ...]:
    """Of a running average of the squared gradient."""
    return (
        *average_mistakes(name, keep, fed_squared, symbol, "the squared gradient"),
        Mistake(
            {name: lambda given, done: keep(given) * before(given, name) + (1 - keep(given)) * fed(given, done)},
            "You forgot the square: this average is one of squared gradients.",
        ),
        Mistake(
            {name: lambda given, done: keep(given) * before(given, name) + ((1 - keep(given)) * fed(given, done)) ** 2},
            f"You squared 1 − {symbol} too. Square the gradient, then weigh it.",
        ),
    )


def correction_mistakes(number: int, averaged: str, fair: str) -> tuple[Mistake, ...]:
    """Of a bias correction and of its use: `averaged` is the average's step, `fair` the corrected one's."""
    name = f"bias_correction_{number}"

    def beta(given: Given) -> float:
        return given["betas"][number - 1]

    return (
        Mistake(
            {name: lambda given, done: 1 - beta(given) ** (update_number(given) - 1)},
            "You counted updates from 0. The first update has t = 1.",
        ),
        Mistake(
            {name: lambda given, done: 1 - beta(given)},
            "You left the power out: it is beta to the power of t, the number of the update.",
            when=lambda given: update_number(given) > 2,  # at 2 it is the number of whoever counts from 0
        ),
        Mistake(
            {name: lambda given, done: 1 - done[name]},
            "You took beta to the power of t itself. The correction is 1 minus it.",
        ),
        Mistake(
            {fair: lambda given, done: done[averaged]},
            "You forgot the bias correction. The average started at 0 and is too small at first.",
        ),
        Mistake(
            {fair: lambda given, done: done[averaged] * done[name]},
            "You multiplied by the correction. Dividing by it makes the average larger, which makes up for the start.",
        ),
    )


def beta1(given: Given) -> float:
    return given["betas"][0]


def beta2(given: Given) -> float:
    return given["betas"][1]


SWAPPED_BETAS = Mistake(
    {
        "exp_avg": lambda given, done: beta2(given) * before(given, "exp_avg") + (1 - beta2(given)) * fed(given, done),
        "exp_avg_sq": lambda given, done: (
            beta1(given) * before(given, "exp_avg_sq") + (1 - beta1(given)) * fed_squared(given, done)
        ),
    },
    "You swapped the betas: the first belongs to the average of the gradient, the second to that of its square.",
)

FIRST_MOMENT = average_mistakes("exp_avg", beta1, fed, "β₁", "the gradient")
SECOND_MOMENT = square_mistakes("exp_avg_sq", beta2, "β₂")
