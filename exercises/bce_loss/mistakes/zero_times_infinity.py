"""You let log 0 be −∞. Times a target of 0 that is NaN: stop both logarithms at −100."""

import numpy as np


def bce_loss(input, target, *, weight=None, reduction="mean"):
    each = -(target * np.log(input) + (1 - target) * np.log1p(-input))
    if weight is not None:
        each = each * weight
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
