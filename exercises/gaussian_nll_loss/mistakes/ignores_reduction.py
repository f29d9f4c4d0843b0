"""You always took the mean. With reduction='none' every loss is kept, with 'sum' they are added up."""

import numpy as np


def gaussian_nll_loss(input, target, var, *, full=False, eps=1e-6, reduction="mean"):
    if var.shape != input.shape and var.shape == input.shape[:-1]:
        var = var[..., None]
    v = np.maximum(var, eps)
    each = 0.5 * (np.log(v) + (input - target) ** 2 / v)
    if full:
        each = each + 0.5 * np.log(2 * np.pi)
    return each.mean()
