"""You left out the ½ in front of delta in the straight part. Without it the two parts do not meet at delta."""

import numpy as np


def huber_loss(input, target, *, delta=1.0, reduction="mean"):
    size = np.abs(input - target)
    each = np.where(size < delta, 0.5 * size**2, delta * (size - delta))
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
