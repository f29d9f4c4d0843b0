"""You wrote “pos_weight or 1”. Python cannot say whether an array of several numbers is true; ask “is None”."""

import numpy as np


def bce_with_logits_loss(input, target, *, weight=None, reduction="mean", pos_weight=None):
    yes = target * (pos_weight or 1.0)
    each = yes * np.logaddexp(0, -input) + (1 - target) * np.logaddexp(0, input)
    if weight is not None:
        each = each * weight
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
