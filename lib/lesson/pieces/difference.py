"""Losses of a difference, input minus target: the error, its size, and the way back through broadcasting."""

from __future__ import annotations

from typing import Any

import numpy as np

from lib.lesson.formula import alone, formula
from lib.lesson.pieces import reduction
from lib.lesson.spec import Mistake, Pitfall, Step, Steps, Tensor

SYMBOLS = (
    (r"x_i", "the prediction: element i of input"),
    (r"y_i", "the target of element i"),
    (r"e_i", "the error of element i, with its sign"),
)
RESULT = (
    (r"\ell_i", "the loss of element i"),
    (r"W", "what the mean divides by: N"),
    (r"N", "how many elements there are"),
    (r"L", "the result"),
)
SIZE = (r"a_i", "the size of the error")
SLOPE = (r"g_i", "how fast the loss of element i moves with its error")

TENSORS = (
    Tensor("input", "the predictions, any shape", "(any shape)"),
    Tensor("target", "what they should be, in the same shape", "(as input)"),
)

SHAPES = (
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
)


def error_of(input: np.ndarray, target: np.ndarray) -> Steps:
    """Prediction minus target, with its sign; returns it."""
    x, y = np.broadcast_arrays(input, target)
    error = yield Step(
        "error",
        r"e_i = x_i - y_i",
        x - y,
        axes="i",
        worked=lambda *i: formula("<input> - <target>", input=x[i], target=y[i]),
        words="Take the target away from the prediction.",
    )
    return error


def size_of(error: np.ndarray) -> Steps:
    """The error without its sign; returns it."""
    size = yield Step(
        "size",
        r"a_i = |e_i|",
        np.abs(error),
        axes="i",
        worked=lambda *i: formula("|<error>|", error=alone(error[i])),
        words="Drop the sign of the error.",
    )
    return size


def direction(error: np.ndarray) -> np.ndarray:
    """The slope of |e| as torch has it: −1, 0 or 1, and 0 at NaN; for complex numbers e/|e|, and 0 at 0."""
    if not np.iscomplexobj(error):
        return np.nan_to_num(np.sign(error))
    size = np.abs(error)
    return error / np.where(size == 0, 1.0, size)


def gathered(gradient: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Adds a gradient up over the axes that broadcasting added or stretched, back to `shape`."""
    summed = gradient.sum(axis=tuple(range(np.ndim(gradient) - len(shape))))
    stretched = tuple(axis for axis, size in enumerate(shape) if size != np.shape(summed)[axis])
    return summed.sum(axis=stretched, keepdims=True)


def through_difference(
    each: Any,
    slope: np.ndarray,
    input: np.ndarray,
    target: np.ndarray,
    latex: str = r"\frac{\partial L}{\partial \ell_i}\, g_i",
) -> Steps:
    """The gradient of losses of e = input − target: input gets share times slope, target the same turned round.

    `latex` is that product in symbols. Where broadcasting used a number several times, its parts add up.
    """
    for tensor, name, symbol, sign in ((input, "input", "x", ""), (target, "target", "y", "-")):
        if tensor.dtype.kind not in "fc":
            continue
        pull = (-each if sign else each) * slope
        whole = tensor.shape == np.shape(slope)
        total_sign = "" if whole else r"\sum "
        yield Step(
            f"d_{name}",
            rf"\frac{{\partial L}}{{\partial {symbol}_i}} = {sign}{total_sign}{latex}",
            gathered(pull if np.iscomplexobj(tensor) else np.real(pull), tensor.shape),
            axes="i" if whole else "",
            worked=(lambda *i, sign=sign: formula(rf"{sign}<share> \cdot <slope>", share=each, slope=slope[i]))
            if whole
            else None,
            words="The share of the loss in the result, times how fast the loss moves with the error."
            if name == "input"
            else "The error falls when the target rises, so the target gets the same with the other sign.",
        )


MISTAKES = {
    "adds_the_target": Mistake(
        {"error": lambda given, done: given["input"] + given["target"]},
        "You added the target. The error is the prediction minus the target.",
    ),
    **reduction.DIVIDES_BY_ROWS,
    **reduction.MISTAKES,
}

GRAD_MISTAKES = {
    "target_not_turned": Mistake(
        {"d_target": lambda given, done: -done["d_target"]},
        "The target enters with a minus, so its gradient has the other sign.",
    ),
    **reduction.GRAD_MISTAKES,
}

SIZES_DO_NOT_FIT = Pitfall(
    "Sizes that do not fit",
    "Sizes must be equal, or 1. Sizes of 1 are stretched, with a warning only: (N, 1) against (N,) makes (N, N).",
    error="The size of tensor a (2) must match the size of tensor b (3)",
    values={"input": np.zeros(2, np.float32), "target": np.zeros(3, np.float32)},
)

AWAY = "prediction (the target is 0)"


def away(x: float) -> dict[str, list[float]]:
    """One prediction at x, its target at 0: what curves of such a loss are drawn over."""
    return {"input": [x], "target": [0.0]}
