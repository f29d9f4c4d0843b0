"""You wrote ≤ where < belongs. With beta 0 an error of 0 then takes the parabola, and 0/0 is NaN."""

import numpy as np


def smooth_l1_loss(input, target, *, beta=1.0, reduction="mean"):
    size = np.abs(input - target)
    each = np.where(size <= beta, 0.5 * size**2 / beta, size - 0.5 * beta)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
