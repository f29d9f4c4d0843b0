"""You made the losses positive with np.abs. That hides the mistake instead of mending it: the two parts still do not
meet."""

import numpy as np


def huber_loss(input, target, *, delta=1.0, reduction="mean"):
    size = np.abs(input - target)
    bowl = 0.5 * size**2
    line = np.abs(delta * size - 0.5 * delta)
    each = np.where(size < delta, bowl, line)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
