"""You cut the line off at 0. That hides the negative losses; all others far out are still off by the same amount."""

import numpy as np


def huber_loss(input, target, *, delta=1.0, reduction="mean"):
    size = np.abs(input - target)
    bowl = 0.5 * size**2
    line = np.maximum(delta * size - 0.5 * delta, 0)
    each = np.where(size < delta, bowl, line)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
