"""You divided by the product of all axes but the last. 'batchmean' divides by the size of the first axis, however many
follow."""

import numpy as np


def kl_div_loss(input, target, *, reduction="mean", log_target=False):
    if log_target:
        each = np.exp(target) * (target - input)
    else:
        log = np.log(np.where(target > 0, target, 1))
        each = target * (log - input)
    if reduction == "none":
        return each
    if reduction == "batchmean":
        return each.sum() / (each.size // each.shape[-1])
    return each.sum() if reduction == "sum" else each.mean()
