"""You took the logarithm of the input. It is one already, and a negative number has none (NaN)."""

import numpy as np


def kl_div_loss(input, target, *, reduction="mean", log_target=False):
    with np.errstate(divide="ignore", invalid="ignore"):
        log_input = np.log(input)
    if log_target:
        each = np.exp(target) * (target - log_input)
    else:
        each = target * (np.log(np.where(target > 0, target, 1)) - log_input)
    if reduction == "none":
        return each
    if reduction == "batchmean":
        return each.sum() / len(each)
    return each.sum() if reduction == "sum" else each.mean()
