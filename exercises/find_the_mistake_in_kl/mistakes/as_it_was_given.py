"""These are the answers of the function as you were given it. Work one class of a failing test out by hand and compare
the two factors."""

import numpy as np


def kl_div_loss(input, target, *, reduction="mean", log_target=False):
    with np.errstate(divide="ignore", invalid="ignore"):
        log_t = target if log_target else np.log(target)
        weight = np.exp(input)
        each = np.where(weight > 0, weight * (log_t - input), 0.0)
    if reduction == "none":
        return each
    divisor = {"mean": each.size, "batchmean": len(each)}.get(reduction, 1)
    return each.sum() / divisor
