"""You took the sigmoid and then its logarithm. For a score of 800 the sigmoid is exactly 1, and log(1 − 1) is −∞: use
np.logaddexp on the score."""

import numpy as np


def bce_with_logits_loss(input, target, *, weight=None, reduction="mean", pos_weight=None):
    p = 1 / (1 + np.exp(-input))
    yes = target if pos_weight is None else target * pos_weight
    each = -(yes * np.log(p) + (1 - target) * np.log(1 - p))
    if weight is not None:
        each = each * weight
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
