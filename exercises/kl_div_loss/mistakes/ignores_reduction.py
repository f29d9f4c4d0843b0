"""You always took the mean over the elements. reduction has three other values: 'none', 'sum' and 'batchmean'."""

import numpy as np


def kl_div_loss(input, target, *, reduction="mean", log_target=False):
    if log_target:
        each = np.exp(target) * (target - input)
    else:
        log = np.log(np.where(target > 0, target, 1))
        each = target * (log - input)
    return each.mean()
