"""You computed both parts and multiplied the unwanted one by 0. Once its square overflows, 0 · ∞ is NaN: choose with
np.where."""

import numpy as np


def huber_loss(input, target, *, delta=1.0, reduction="mean"):
    size = np.abs(input - target)
    near = size < delta
    each = near * 0.5 * size**2 + ~near * delta * (size - 0.5 * delta)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
