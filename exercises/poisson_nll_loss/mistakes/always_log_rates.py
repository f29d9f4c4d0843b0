"""You raised e to the input also with log_input=False. Then the input is the rate itself."""

import numpy as np


def poisson_nll_loss(input, target, *, log_input=True, full=False, eps=1e-8, reduction="mean"):
    each = np.exp(input) - target * input
    if full:
        y = np.maximum(target, 1)
        each = each + np.where(target > 1, y * np.log(y) - y + 0.5 * np.log(2 * np.pi * y), 0)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
