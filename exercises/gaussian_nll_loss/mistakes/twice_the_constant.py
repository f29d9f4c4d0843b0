"""You added log 2π. PyTorch adds half of it, 0.919."""

import numpy as np


def gaussian_nll_loss(input, target, var, *, full=False, eps=1e-6, reduction="mean"):
    if var.shape != input.shape and var.shape == input.shape[:-1]:
        var = var[..., None]
    v = np.maximum(var, eps)
    each = 0.5 * (np.log(v) + (input - target) ** 2 / v)
    if full:
        each = each + np.log(2 * np.pi)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
