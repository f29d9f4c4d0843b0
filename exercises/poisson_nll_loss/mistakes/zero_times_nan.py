"""You multiplied Stirling's term by 0 where the count is 0. It is NaN there, and 0 · NaN is NaN: choose with
np.where."""

import numpy as np


def poisson_nll_loss(input, target, *, log_input=True, full=False, eps=1e-8, reduction="mean"):
    each = np.exp(input) - target * input if log_input else input - target * np.log(input + eps)
    if full:
        with np.errstate(divide="ignore", invalid="ignore"):
            stirling = target * np.log(target) - target + 0.5 * np.log(2 * np.pi * target)
        each = each + (target > 1) * stirling
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
