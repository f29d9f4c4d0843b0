"""You asked once for the whole array whether counts are above 1. Each count decides for itself: np.where."""

import numpy as np


def poisson_nll_loss(input, target, *, log_input=True, full=False, eps=1e-8, reduction="mean"):
    each = np.exp(input) - target * input if log_input else input - target * np.log(input + eps)
    if full and (target > 1).all():
        each = each + target * np.log(target) - target + 0.5 * np.log(2 * np.pi * target)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
