"""You raised small rates to eps. PyTorch adds eps to every rate before it takes the logarithm."""

import numpy as np


def poisson_nll_loss(input, target, *, log_input=True, full=False, eps=1e-8, reduction="mean"):
    each = np.exp(input) - target * input if log_input else input - target * np.log(np.maximum(input, eps))
    if full:
        y = np.maximum(target, 1)
        each = each + np.where(target > 1, y * np.log(y) - y + 0.5 * np.log(2 * np.pi * y), 0)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
