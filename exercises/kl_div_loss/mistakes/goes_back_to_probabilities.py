"""You raised e to the input to divide by it. For −800 that is 0, and the loss infinite: subtract the logarithm
instead."""

import numpy as np


def kl_div_loss(input, target, *, reduction="mean", log_target=False):
    if log_target:
        each = np.exp(target) * (target - input)
    else:
        t = np.where(target > 0, target, 1)
        with np.errstate(divide="ignore"):
            each = target * np.log(t / np.exp(input))
    if reduction == "none":
        return each
    if reduction == "batchmean":
        return each.sum() / len(each)
    return each.sum() if reduction == "sum" else each.mean()
