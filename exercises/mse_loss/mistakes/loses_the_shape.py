"""You flattened the losses. With reduction='none' they stay in the shape of the input."""

import numpy as np


def mse_loss(input, target, *, reduction="mean"):
    each = (np.ravel(input) - np.ravel(target)) ** 2
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
