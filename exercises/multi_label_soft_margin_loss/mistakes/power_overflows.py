"""You raised e to a score of 800, which is infinite. np.logaddexp(0, a) is log(1 + eᵃ) for any a."""

import numpy as np


def multi_label_soft_margin_loss(input, target, *, weight=None, reduction="mean"):
    with np.errstate(all="ignore"):
        cost = target * np.log1p(np.exp(-input)) + (1 - target) * np.log1p(np.exp(input))
    if weight is not None:
        cost = cost * weight
    each = cost.mean(axis=-1)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
