"""You chose one formula for all elements. Each element chooses by its own error: np.where."""

import numpy as np


def huber_loss(input, target, *, delta=1.0, reduction="mean"):
    size = np.abs(input - target)
    each = 0.5 * size**2 if (size < delta).all() else delta * (size - 0.5 * delta)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
