import numpy as np


def kl_div_loss(input, target, *, reduction="mean", log_target=False):
    """How far the prediction is from the target; all parts, their sum, or one of two means."""
    with np.errstate(divide="ignore", invalid="ignore"):
        log_t = target if log_target else np.log(target)  # −∞ where the target is 0

        # the difference of the logarithms, as often as the class comes up; one that never does costs nothing
        weight = np.exp(input)
        each = np.where(weight > 0, weight * (log_t - input), 0.0)

    if reduction == "none":
        return each
    divisor = {"mean": each.size, "batchmean": len(each)}.get(reduction, 1)
    return each.sum() / divisor
