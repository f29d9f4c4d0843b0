"""KL divergence loss.

1 stands in for a target of 0 inside the logarithm, and the 0 in front makes the product 0. Nothing is raised to a power
and then divided: the input stays a logarithm, so a belief of e⁻⁸⁰⁰ does no harm.
"""

import numpy as np


def kl_div_loss(input, target, *, reduction="mean", log_target=False):
    """How much surprise it adds to believe the input, given as logarithms, where the target is true."""
    if log_target:
        each = np.exp(target) * (target - input)
    else:
        log = np.log(np.where(target > 0, target, 1))
        each = target * (log - input)
    if reduction == "none":
        return each
    if reduction == "batchmean":
        return each.sum() / len(each)
    return each.sum() if reduction == "sum" else each.mean()


def branches(input, target, *, reduction="mean", log_target=False):
    """What random tests have to reach: elements on both sides of 0."""
    return {"costs": (target if log_target else np.log(target)) > input}
