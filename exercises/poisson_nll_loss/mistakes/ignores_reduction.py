"""You always took the mean. With reduction='none' every loss is kept, with 'sum' they are added up."""

import numpy as np


def poisson_nll_loss(input, target, *, log_input=True, full=False, eps=1e-8, reduction="mean"):
    each = np.exp(input) - target * input if log_input else input - target * np.log(input + eps)
    if full:
        y = np.maximum(target, 1)
        each = each + np.where(target > 1, y * np.log(y) - y + 0.5 * np.log(2 * np.pi * y), 0)
    return each.mean()
