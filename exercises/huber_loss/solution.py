"""Huber loss.

np.where computes both parts and picks one, so a square that overflows far out does no harm. Multiplying the unwanted
part by 0 would not do: 0 · ∞ is NaN.
"""

import numpy as np


def huber_loss(input, target, *, delta=1.0, reduction="mean"):
    """Half the square of the error nearer than delta, a straight line of slope delta further out."""
    size = np.abs(input - target)
    with np.errstate(over="ignore"):
        each = np.where(size < delta, 0.5 * size**2, delta * (size - 0.5 * delta))
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()


def branches(input, target, *, delta=1.0, reduction="mean"):
    """What random tests have to reach: both parts of the curve, on both sides of the target."""
    error = input - target
    return {"the square part": np.abs(error) < delta, "above the target": error > 0}
