"""You computed the density and took its logarithm. Far from the mean the density is 0 to a float, and the loss became
∞: write down the logarithm itself."""

import numpy as np


def gaussian_nll_loss(input, target, var, *, full=False, eps=1e-6, reduction="mean"):
    if var.shape != input.shape and var.shape == input.shape[:-1]:
        var = var[..., None]
    v = np.maximum(var, eps)
    with np.errstate(divide="ignore"):
        each = -np.log(np.exp(-((input - target) ** 2) / (2 * v)) / np.sqrt(v))
    if full:
        each = each + 0.5 * np.log(2 * np.pi)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
