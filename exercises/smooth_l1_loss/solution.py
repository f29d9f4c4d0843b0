"""Smooth L1 loss.

np.where computes both parts and picks one, so what goes wrong in the other (a square that overflows, a division by a
beta of 0) does no harm. Multiplying the unwanted part by 0 would not do: 0 · ∞ is NaN.
"""

import numpy as np


def smooth_l1_loss(input, target, *, beta=1.0, reduction="mean"):
    """A parabola nearer than beta, a straight line of slope 1 further out."""
    size = np.abs(input - target)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        each = np.where(size < beta, 0.5 * size**2 / beta, size - 0.5 * beta)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()


def branches(input, target, *, beta=1.0, reduction="mean"):
    """What random tests have to reach: both parts of the curve, on both sides of the target."""
    error = input - target
    return {"the parabola": np.abs(error) < beta, "above the target": error > 0}
