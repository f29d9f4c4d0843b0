"""You multiplied 0 by the logarithm of 0, which gives NaN. A target of 0 costs 0."""

import numpy as np


def kl_div_loss(input, target, *, reduction="mean", log_target=False):
    if log_target:
        each = np.exp(target) * (target - input)
    else:
        with np.errstate(divide="ignore", invalid="ignore"):
            each = target * (np.log(target) - input)
    if reduction == "none":
        return each
    if reduction == "batchmean":
        return each.sum() / len(each)
    return each.sum() if reduction == "sum" else each.mean()
