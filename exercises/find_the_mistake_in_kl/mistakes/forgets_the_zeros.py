"""You weigh by the target now, but lost the care for classes that cannot happen: 0 · ∞ is NaN, and each of them costs
0."""

import numpy as np


def kl_div_loss(input, target, *, reduction="mean", log_target=False):
    with np.errstate(divide="ignore", invalid="ignore"):
        log_t = target if log_target else np.log(target)
        weight = np.exp(log_t)
        each = weight * (log_t - input)
    if reduction == "none":
        return each
    divisor = {"mean": each.size, "batchmean": len(each)}.get(reduction, 1)
    return each.sum() / divisor
