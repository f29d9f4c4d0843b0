"""You weigh by the mean of the two distributions. Only the target says how often a class comes up."""

import numpy as np


def kl_div_loss(input, target, *, reduction="mean", log_target=False):
    with np.errstate(divide="ignore", invalid="ignore"):
        log_t = target if log_target else np.log(target)
        weight = (np.exp(log_t) + np.exp(input)) / 2
        each = np.where(weight > 0, weight * (log_t - input), 0.0)
    if reduction == "none":
        return each
    divisor = {"mean": each.size, "batchmean": len(each)}.get(reduction, 1)
    return each.sum() / divisor
