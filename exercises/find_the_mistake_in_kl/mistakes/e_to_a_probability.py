"""You weigh by e to the target. It is a probability already, unless log_target=True."""

import numpy as np


def kl_div_loss(input, target, *, reduction="mean", log_target=False):
    with np.errstate(divide="ignore", invalid="ignore"):
        log_t = target if log_target else np.log(target)
        weight = np.exp(target)
        each = np.where(weight > 0, weight * (log_t - input), 0.0)
    if reduction == "none":
        return each
    divisor = {"mean": each.size, "batchmean": len(each)}.get(reduction, 1)
    return each.sum() / divisor
