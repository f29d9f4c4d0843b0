"""You worked out one number for each row. One number is asked for, over all elements."""

import numpy as np


def l1_loss(input, target, *, reduction="mean"):
    each = np.abs(input - target)
    if reduction == "none":
        return each
    return each.sum(axis=-1) if reduction == "sum" else each.mean(axis=-1)
