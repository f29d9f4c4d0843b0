"""You added up over the classes first. 'none' keeps every element, and 'mean' divides by all elements."""

import numpy as np


def kl_div_loss(input, target, *, reduction="mean", log_target=False):
    if log_target:
        each = np.exp(target) * (target - input)
    else:
        log = np.log(np.where(target > 0, target, 1))
        each = target * (log - input)
    each = each.sum(axis=-1)
    if reduction == "none":
        return each
    if reduction == "batchmean":
        return each.sum() / len(each)
    return each.sum() if reduction == "sum" else each.mean()
