"""You computed both parts and multiplied the unwanted one by 0. Where that part is infinite, 0 · ∞ is NaN: choose with
np.where."""

import numpy as np


def smooth_l1_loss(input, target, *, beta=1.0, reduction="mean"):
    size = np.abs(input - target)
    near = size < beta
    each = near * 0.5 * size**2 / beta + ~near * (size - 0.5 * beta)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
