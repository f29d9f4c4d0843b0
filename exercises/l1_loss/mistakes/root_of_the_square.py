"""You took the root of the square, and the square overflows for large errors. np.abs drops the sign without it."""

import numpy as np


def l1_loss(input, target, *, reduction="mean"):
    each = np.sqrt((input - target) ** 2)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
