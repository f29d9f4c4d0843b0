"""Huber loss: half the square near the target, a straight line of slope delta further out."""

from __future__ import annotations

import numpy as np
from torch import nn

from lib.lesson.pieces import checks
from lib.lesson.pieces.difference import through_difference
from lib.lesson.pieces.latex import bare, num
from lib.lesson.pieces.reduction import REDUCTION, reduce, share
from lib.lesson.spec import (
    Curves,
    Example,
    Extremes,
    Lesson,
    Mistake,
    Number,
    Pitfall,
    Reference,
    Step,
    Steps,
    Tensor,
    Try,
)


def check(*, input, target, reduction, delta):
    if not delta > 0:
        raise ValueError(f"delta is {delta}; expected more than 0: it is the distance at which the curve straightens.")
    checks.need_floats(input=input, target=target)
    checks.need_broadcastable(input=input, target=target)


def by_hand(input, target, *, reduction, delta) -> Steps:
    """From the errors to the loss."""
    x, y = np.broadcast_arrays(input, target)
    error = yield Step(
        "error",
        r"e_i = x_i - y_i",
        x - y,
        axes="i",
        worked=lambda *i: rf"{num(x[i])} - {num(y[i])}",
        words="Take the target away from the prediction.",
    )
    size = yield Step(
        "size",
        r"a_i = |e_i|",
        np.abs(error),
        axes="i",
        worked=lambda *i: rf"|{bare(error[i])}|",
        words="Drop the sign of the error.",
    )
    each = yield Step(
        "loss_per_element",
        r"\ell_i = \begin{cases} \tfrac12\, a_i^2 & a_i < \delta \\ "
        r"\delta \left(a_i - \tfrac12 \delta\right) & a_i \ge \delta \end{cases}",
        np.where(size < delta, 0.5 * size * size, delta * (size - 0.5 * delta)),
        axes="i",
        worked=lambda *i: (
            rf"\tfrac12 \cdot {num(size[i])}^2"
            if size[i] < delta
            else rf"{num(delta)} \left({num(size[i])} - \tfrac12 \cdot {num(delta)}\right)"
        ),
        words="Is the error smaller than delta? Then half its square. "
        "If not, its size less half of delta, times delta.",
    )
    yield from reduce(each, reduction, letter="i")


def grad_by_hand(s, input, target, *, reduction, delta) -> Steps:
    """The pull is the error itself, held between −delta and delta."""
    error = s["error"]
    each = yield from share(s, reduction, letter="i")
    slope = yield Step(
        "slope",
        r"g_i = \min(\max(e_i, -\delta), \delta)",
        np.clip(error, -delta, delta),
        axes="i",
        worked=lambda *i: rf"\min(\max({bare(error[i])}, {bare(-delta)}), {bare(delta)})",
        words="The error itself, but never beyond delta on either side.",
    )
    yield from through_difference(each, slope, input, target)


def naive(*, input, target, delta=1.0, **_):
    """Both halves computed everywhere, the unwanted one multiplied by 0."""
    size = np.abs(input - target)
    near = size < delta
    return (near * 0.5 * size**2 + (1.0 - near) * delta * (size - 0.5 * delta)).mean()


def takes_mean(given):
    return given["reduction"] == "mean"


def delta_matters(given):
    return given["delta"] != 1


def near(given, done):
    return done["size"] < given["delta"]


MISTAKES = (
    Mistake(
        {"error": lambda given, done: given["input"] + given["target"]},
        "You added the target. The error is the prediction minus the target.",
    ),
    Mistake(
        {"size": lambda given, done: done["error"]},
        "You kept the sign. Drop it, or every negative error looks smaller than delta.",
    ),
    Mistake(
        {"loss_per_element": lambda given, done: np.where(near(given, done), 2, 1) * done["loss_per_element"]},
        "You left out the ½ in front of the square.",
    ),
    Mistake(
        {"loss_per_element": lambda given, done: 0.5 * done["size"] ** 2},
        "You used the square everywhere. From delta on, PyTorch goes straight on with slope delta.",
    ),
    Mistake(
        {"loss_per_element": lambda given, done: done["size"]},
        "You took the absolute error: that is L1Loss. Huber halves the square near the target.",
    ),
    Mistake(
        {
            "loss_per_element": lambda given, done: (
                done["loss_per_element"] + np.where(near(given, done), 0.0, 0.5 * given["delta"] ** 2)
            )
        },
        "You did not take half of delta off the size in the straight part. Without it the two parts do not meet.",
    ),
    Mistake(
        {
            "loss_per_element": lambda given, done: (
                done["loss_per_element"] - np.where(near(given, done), 0.0, 0.5 * given["delta"] ** 2)
            )
        },
        "You took all of delta off the size in the straight part. Only half of it comes off.",
    ),
    Mistake(
        {"loss_per_element": lambda given, done: done["loss_per_element"] / given["delta"]},
        "This is Smooth L1 loss. Huber is delta times that: half the square near the target, whatever delta is.",
        when=delta_matters,
    ),
    Mistake(
        {
            "loss_per_element": lambda given, done: (
                done["loss_per_element"] / np.where(near(given, done), 1.0, given["delta"])
            )
        },
        "You did not multiply the straight part by delta. PyTorch does, so that the two parts meet.",
        when=delta_matters,
    ),
    Mistake(
        {"divisor": lambda given, done: len(done["error"])},
        "You divided by the number of rows. PyTorch divides by the number of elements.",
        when=lambda given: max(given["input"].ndim, given["target"].ndim) > 1,
    ),
    Mistake(
        {"loss": lambda given, done: done["loss"] * done["divisor"]},
        "This is the sum. With reduction='mean', divide it by the number of elements.",
        when=takes_mean,
    ),
)

GRAD_MISTAKES = (
    Mistake(
        {"share": lambda given, done: 1.0},
        "This is the gradient of the sum. The mean gives each element one part in N.",
        when=takes_mean,
    ),
    Mistake(
        {"slope": lambda given, done: given["input"] - given["target"]},
        "You let the pull grow without end. It is held between −delta and delta.",
    ),
    Mistake(
        {"slope": lambda given, done: np.clip(done["slope"] / given["delta"], -1, 1)},
        "You held the pull between −1 and 1: that is Smooth L1. Huber's pull goes up to delta.",
        when=delta_matters,
    ),
    Mistake(
        {"d_target": lambda given, done: -done["d_target"]},
        "The target enters with a minus, so its gradient has the other sign.",
    ),
)

FIVE = {"input": [-3, -1, 0, 0.5, 2], "target": [0, 0, 0, 0, 0]}

LESSON = Lesson(
    title="Huber loss",
    torch=nn.HuberLoss,
    group="regression and counts",
    order=4,
    names=("胡伯损失", "Huber损失", "Huber", "robust regression", "clipped gradient", "DQN loss"),
    purpose="Measures how far predictions are from numbers: half the square near the target, "
    "a straight line of slope delta further out.",
    use_when="You would use MSE loss but for a few wild targets: near the target the two have the same shape, "
    "and no error pulls harder than delta.",
    not_when="You want to change the threshold without changing the strength of the far part (use Smooth L1 loss), "
    "or there are no outliers (use MSE loss).",
    formula=r"\ell_i = \begin{cases} \tfrac12 (x_i - y_i)^2 & |x_i - y_i| < \delta \\ "
    r"\delta \left(|x_i - y_i| - \tfrac12 \delta\right) & \text{otherwise} \end{cases}",
    symbols=(
        (r"x_i", "the prediction: element i of input"),
        (r"y_i", "the target of element i"),
        (r"e_i", "the error of element i, with its sign"),
        (r"a_i", "the size of the error"),
        (r"\delta", "delta: the distance at which the curve goes from square to straight"),
        (r"\ell_i", "the loss of element i"),
        (r"W", "what the mean divides by: N"),
        (r"N", "how many elements there are"),
        (r"g_i", "how fast the loss of element i moves with its error"),
        (r"L", "the result"),
    ),
    tensors=(
        Tensor("input", "the predictions, any shape", "(any shape)"),
        Tensor("target", "what they should be, in the same shape", "(as input)"),
    ),
    parameters=(
        REDUCTION,
        Number("delta", 1.0, "The distance at which square turns into straight, and the strongest pull.", (0.5, 2.0)),
    ),
    shapes=(
        {"input": (2, 3), "target": (2, 3)},
        {"input": (5,), "target": (5,)},
        {"input": (), "target": ()},
        {"input": (2, 3, 2), "target": (2, 3, 2)},
        {"input": (3, 1), "target": (3,)},
        {"input": (2, 1, 3), "target": (4, 1)},
        {"input": (), "target": (3,)},
        {"input": (3,), "target": (2, 3)},
        {"input": (1, 1), "target": (1, 1)},
        {"input": (0,), "target": (0,)},
        {"input": (2, 0), "target": (2, 0)},
        {"input": (1,), "target": (0,)},
    ),
    examples=(
        Example(
            "Five distances from 0",
            FIVE,
            "With delta 1 this is Smooth L1: 2.5 at −3, and 0.125 at 0.5.",
        ),
        Example(
            "A wider bowl",
            {**FIVE, "delta": 2},
            "With delta 2 the loss at −3 grows to 4 and the one at 0.5 stays at 0.125: "
            "delta moves the arms and leaves the middle alone.",
        ),
        Example(
            "On the knee",
            {"input": [0.9, 1, 1.1], "target": [0, 0, 0]},
            "At exactly delta both formulas give the same loss, 0.5, and the same slope, 1.",
        ),
        Example(
            "One outlier",
            {"input": [2, 2, 2, 2, 2], "target": [1, 2, 2.2, 3, 50]},
            "The outlier costs 47.5 and pulls with strength 1. MSE loss would charge 2304 and pull with 96.",
        ),
        Example(
            "A small delta",
            {"input": [2, 2, 2], "target": [1, 0, 50], "delta": 0.1},
            "With delta 0.1 the losses shrink too: the arms have slope 0.1. Smooth L1 would not shrink.",
        ),
        Example(
            "Two rows",
            {"input": [[0, 3], [1, -1]], "target": [[0.5, 0], [1, 1]]},
            "Four elements in two rows: the mean divides by 4, not by 2.",
        ),
    ),
    by_hand=by_hand,
    grad_by_hand=grad_by_hand,
    mistakes=MISTAKES,
    grad_mistakes=GRAD_MISTAKES,
    pitfalls=(
        Pitfall(
            "delta is not beta",
            "HuberLoss(delta=d) is d times SmoothL1Loss(beta=d). At 1 they are the same; a small delta makes all "
            "losses and gradients small, so the learning rate no longer fits.",
        ),
        Pitfall(
            "delta must be above 0",
            "At 0 nothing would be left of the loss. Torch refuses 0 and below, when the loss is called.",
            error="huber_loss does not support non-positive values for delta.",
            values={"input": np.zeros(2, np.float32), "target": np.ones(2, np.float32), "delta": 0.0},
        ),
        Pitfall(
            "Whole-number targets",
            "Torch computes the loss, then fails in backward(). Both tensors must be of the same kind of floats: "
            "use target.float(). The other regression losses convert whole numbers themselves.",
            error="Found dtype Long but expected Float",
            values={"input": np.zeros(2, np.float32), "target": np.ones(2, np.int64)},
        ),
        Pitfall(
            "float64 targets from NumPy",
            "The same happens with a float32 prediction and a float64 target, as NumPy makes them: the loss is "
            "computed, backward() stops with 'Found dtype Double but expected Float'.",
        ),
        Pitfall(
            "Whole-number predictions",
            "The result would not fit into the prediction's kind of numbers.",
            error="result type Float can't be cast to the desired output type Long",
            values={"input": np.zeros(2, np.int64), "target": np.ones(2, np.float32)},
        ),
        Pitfall(
            "Sizes that do not fit",
            "Sizes must be equal, or 1. Sizes of 1 are stretched, with a warning only: (N, 1) against (N,) "
            "makes (N, N).",
            error="The size of tensor a (2) must match the size of tensor b (3)",
            values={"input": np.zeros(2, np.float32), "target": np.zeros(3, np.float32)},
        ),
        Pitfall(
            "Half of MSE loss",
            "Near the target Huber is half the square; MSELoss has no ½. With a large delta the result is half of "
            "MSELoss, and so are the gradients.",
        ),
    ),
    references=(
        Reference(
            "PyTorch documentation: HuberLoss", "https://docs.pytorch.org/docs/2.13/generated/torch.nn.HuberLoss.html"
        ),
        Reference(
            "Huber, Robust Estimation of a Location Parameter (1964)",
            "https://doi.org/10.1214/aoms/1177703732",
        ),
    ),
    tries=(
        Try("What if the square reaches out to 2?", {"delta": 2.0}),
        Try("What if delta is small?", {"delta": 0.1}),
        Try("What if one target is far away?", {"target": [0, 0, 0, 0, 50]}),
        Try("What if every loss is kept?", {"reduction": "none"}),
    ),
    extremes=Extremes(
        values=lambda x: {"input": [x, 0.5], "target": [0.0, 0.0]},
        naive=naive,
        says="Computing both parts and multiplying the unwanted one by 0 fails once its square overflows: "
        "0 · ∞ is NaN. PyTorch computes only the part that counts.",
    ),
    pictures=(
        Curves(
            "Smooth L1 and Huber against L1 and MSE",
            "Round like MSE at the target, straight like L1 further out, and half a unit below L1 there. "
            "At delta = beta = 1 Huber and Smooth L1 are one curve; only MSE runs away.",
            values=lambda x: {"input": [x], "target": [0]},
            low=-3,
            high=3,
            x="prediction (the target is 0)",
            compare=("smooth_l1_loss", "l1_loss", "mse_loss"),
        ),
        Curves(
            "What delta does",
            "All curves share the same bowl; delta says where each leaves it, and how steeply it goes on.",
            values=lambda x: {"input": [x], "target": [0]},
            low=-4,
            high=4,
            x="prediction (the target is 0)",
            settings={"delta 0.5": {"delta": 0.5}, "delta 1": {"delta": 1.0}, "delta 2": {"delta": 2.0}},
        ),
    ),
    check=check,
    one_precision=lambda given: ("input", "target"),
)
