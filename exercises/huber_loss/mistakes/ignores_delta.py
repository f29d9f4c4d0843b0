"""You used 1 where delta belongs: it decides where the curve straightens, and how steep it goes on."""

import numpy as np


def huber_loss(input, target, *, delta=1.0, reduction="mean"):
    size = np.abs(input - target)
    each = np.where(size < 1, 0.5 * size**2, size - 0.5)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
