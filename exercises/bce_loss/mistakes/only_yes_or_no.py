"""You chose one of the two costs. A target between 0 and 1 mixes them: y · log x + (1 − y) · log(1 − x)."""

import numpy as np


def bce_loss(input, target, *, weight=None, reduction="mean"):
    log_yes, log_no = np.maximum(np.log(input), -100), np.maximum(np.log1p(-input), -100)
    each = -np.where(target > 0.5, log_yes, log_no)
    if weight is not None:
        each = each * weight
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
