"""You took off ½, whatever delta is. That is right for a delta of 1 only: see what the line gives at size = delta."""

import numpy as np


def huber_loss(input, target, *, delta=1.0, reduction="mean"):
    size = np.abs(input - target)
    bowl = 0.5 * size**2
    line = delta * size - 0.5
    each = np.where(size < delta, bowl, line)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
