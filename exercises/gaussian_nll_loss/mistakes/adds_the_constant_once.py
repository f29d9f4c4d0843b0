"""You added ½ log 2π once, to the result. It belongs to every loss: a sum holds it as often as there are elements."""

import numpy as np


def gaussian_nll_loss(input, target, var, *, full=False, eps=1e-6, reduction="mean"):
    if var.shape != input.shape and var.shape == input.shape[:-1]:
        var = var[..., None]
    v = np.maximum(var, eps)
    each = 0.5 * (np.log(v) + (input - target) ** 2 / v)
    constant = 0.5 * np.log(2 * np.pi) if full else 0.0
    if reduction == "none":
        return each + constant
    return constant + (each.sum() if reduction == "sum" else each.mean())
