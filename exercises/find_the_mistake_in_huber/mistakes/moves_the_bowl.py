"""You moved the bowl so that it meets the line. Now they meet, but in the wrong place: the loss of a right prediction
must stay 0, so it is the line that has to move."""

import numpy as np


def huber_loss(input, target, *, delta=1.0, reduction="mean"):
    size = np.abs(input - target)
    bowl = 0.5 * size**2 + 0.5 * delta**2 - 0.5 * delta
    line = delta * size - 0.5 * delta
    each = np.where(size < delta, bowl, line)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
