"""You raised the variance to eps in the division only. The logarithm takes the raised one as well, or a variance of 0
gives −∞."""

import numpy as np


def gaussian_nll_loss(input, target, var, *, full=False, eps=1e-6, reduction="mean"):
    if var.shape != input.shape and var.shape == input.shape[:-1]:
        var = var[..., None]
    with np.errstate(divide="ignore"):
        each = 0.5 * (np.log(var) + (input - target) ** 2 / np.maximum(var, eps))
    if full:
        each = each + 0.5 * np.log(2 * np.pi)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
