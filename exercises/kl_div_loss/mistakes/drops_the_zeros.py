"""You left out the elements whose target is 0. They cost nothing, but the mean counts them, and 'none' keeps their
place."""

import numpy as np


def kl_div_loss(input, target, *, reduction="mean", log_target=False):
    if log_target:
        each = np.exp(target) * (target - input)
    elif (target > 0).all():
        each = target * (np.log(target) - input)
    else:
        t = target[target > 0]
        each = t * (np.log(t) - input[target > 0])
    if reduction == "none":
        return each
    if reduction == "batchmean":
        return each.sum() / len(target)
    return each.sum() if reduction == "sum" else each.mean()
