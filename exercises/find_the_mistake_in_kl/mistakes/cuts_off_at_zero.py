"""You cut every part off at 0. Single parts are negative where less is true than was predicted; only the whole
divergence is 0 or more."""

import numpy as np


def kl_div_loss(input, target, *, reduction="mean", log_target=False):
    with np.errstate(divide="ignore", invalid="ignore"):
        log_t = target if log_target else np.log(target)
        weight = np.exp(log_t)
        each = np.where(weight > 0, np.maximum(weight * (log_t - input), 0), 0.0)
    if reduction == "none":
        return each
    divisor = {"mean": each.size, "batchmean": len(each)}.get(reduction, 1)
    return each.sum() / divisor
