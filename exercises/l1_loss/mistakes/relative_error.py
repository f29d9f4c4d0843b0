"""You divided by the target. L1 loss is in the target's own units, so nothing is divided."""

import numpy as np


def l1_loss(input, target, *, reduction="mean"):
    each = np.abs(input - target) / np.maximum(np.abs(target), 1e-8)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
