"""You used 1 where beta belongs: it decides where the parabola turns into the line."""

import numpy as np


def smooth_l1_loss(input, target, *, beta=1.0, reduction="mean"):
    size = np.abs(input - target)
    each = np.where(size < 1, 0.5 * size**2, size - 0.5)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
