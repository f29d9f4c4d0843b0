"""You took the logarithm of a sigmoid. For large scores the sigmoid is exactly 0 or 1 and the digits are lost: use
np.logaddexp(0, …) on the score."""

import numpy as np


def multi_label_soft_margin_loss(input, target, *, weight=None, reduction="mean"):
    with np.errstate(all="ignore"):
        p = 1 / (1 + np.exp(-input))
        cost = -(target * np.log(p) + (1 - target) * np.log(1 - p))
    if weight is not None:
        cost = cost * weight
    each = cost.mean(axis=-1)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
