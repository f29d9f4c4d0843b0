"""You added 1 to a tiny power, which rounds it away: the loss came out 0. np.log1p or np.logaddexp keeps it."""

import numpy as np


def bce_with_logits_loss(input, target, *, weight=None, reduction="mean", pos_weight=None):
    small = np.log(1 + np.exp(-np.abs(input)))
    yes = target if pos_weight is None else target * pos_weight
    each = yes * (np.maximum(-input, 0) + small) + (1 - target) * (np.maximum(input, 0) + small)
    if weight is not None:
        each = each * weight
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
