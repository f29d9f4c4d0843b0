"""You added eps to the rate itself, or where no logarithm is taken. It belongs inside the logarithm of a rate only."""

import numpy as np


def poisson_nll_loss(input, target, *, log_input=True, full=False, eps=1e-8, reduction="mean"):
    rate = np.exp(input) + eps if log_input else input + eps
    each = rate - target * np.log(rate)
    if full:
        y = np.maximum(target, 1)
        each = each + np.where(target > 1, y * np.log(y) - y + 0.5 * np.log(2 * np.pi * y), 0)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
