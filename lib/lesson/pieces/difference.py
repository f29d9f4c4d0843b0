"""Losses of input minus target: the slope of the error, and the gradient through broadcasting."""

from __future__ import annotations

from typing import Any

import numpy as np

from lib.lesson.pieces.latex import num, numeral
from lib.lesson.spec import Step, Steps


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
    formula: str = r"\frac{\partial L}{\partial \ell_i}\, g_i",
) -> Steps:
    """The gradient of losses of e = input − target: input gets share times slope, target the same turned round.

    Where broadcasting used a number several times, its parts add up.
    """
    for tensor, name, symbol, sign in ((input, "input", "x", ""), (target, "target", "y", "-")):
        if tensor.dtype.kind not in "fc":
            continue
        pull = (-each if sign else each) * slope
        whole = tensor.shape == np.shape(slope)
        total_sign = "" if whole else r"\sum "
        yield Step(
            f"d_{name}",
            rf"\frac{{\partial L}}{{\partial {symbol}_i}} = {sign}{total_sign}{formula}",
            gathered(pull if np.iscomplexobj(tensor) else np.real(pull), tensor.shape),
            axes="i" if whole else "",
            worked=(lambda *i, sign=sign: rf"{sign}{num(each)} \cdot {numeral(slope[i])}") if whole else None,
            words="The share of the loss in the result, times how fast the loss moves with the error."
            if name == "input"
            else "The error falls when the target rises, so the target gets the same with the other sign.",
        )
