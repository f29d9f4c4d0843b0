"""You squared the ½ as well. Only delta is squared: ½ · delta²."""

import numpy as np


def huber_loss(input, target, *, delta=1.0, reduction="mean"):
    size = np.abs(input - target)
    bowl = 0.5 * size**2
    line = delta * size - (0.5 * delta) ** 2
    each = np.where(size < delta, bowl, line)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
