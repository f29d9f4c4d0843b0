"""You squared, averaged and took the root: the RMSE. Large errors then count for more; L1 averages the sizes."""

import numpy as np


def l1_loss(input, target, *, reduction="mean"):
    each = np.abs(input - target)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else np.sqrt((each**2).mean())
