"""You treated the target as probabilities also with log_target=True. Then it holds logarithms: raise e to it."""

import numpy as np


def kl_div_loss(input, target, *, reduction="mean", log_target=False):
    log = np.log(np.where(target > 0, target, 1))
    each = target * (log - input)
    if reduction == "none":
        return each
    if reduction == "batchmean":
        return each.sum() / len(each)
    return each.sum() if reduction == "sum" else each.mean()
