"""The target weighs, not the prediction.

A KL divergence asks how much is lost on average, and the average is taken over what really happens: the target. Weighed
by the prediction it was minus the divergence the other way round, which is 0 or less. Which of the two weighs is no
detail: one punishes ruling out what happens, the other expecting what does not.
"""

import numpy as np


def kl_div_loss(input, target, *, reduction="mean", log_target=False):
    """How far the prediction is from the target; all parts, their sum, or one of two means."""
    with np.errstate(divide="ignore", invalid="ignore"):
        log_t = target if log_target else np.log(target)
        weight = np.exp(log_t)
        each = np.where(weight > 0, weight * (log_t - input), 0.0)
    if reduction == "none":
        return each
    divisor = {"mean": each.size, "batchmean": len(each)}.get(reduction, 1)
    return each.sum() / divisor


def branches(input, target, *, reduction="mean", log_target=False):
    """What random tests have to reach: parts above and below 0, probabilities and logarithms."""
    log_t = target if log_target else np.log(target)
    return {"above 0": log_t > input, "logarithms": log_target}
