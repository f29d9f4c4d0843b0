"""Gaussian NLL loss.

Everything stays in logarithms: the density of a target 100 standard deviations away is 0 to a float, while its
logarithm is an ordinary number. A variance per row gets a last axis of 1, and NumPy stretches it along the row.
"""

import numpy as np


def gaussian_nll_loss(input, target, var, *, full=False, eps=1e-6, reduction="mean"):
    """The surprise at each target, for a normal distribution with the predicted mean and variance."""
    if var.shape != input.shape and var.shape == input.shape[:-1]:
        var = var[..., None]
    v = np.maximum(var, eps)
    each = 0.5 * (np.log(v) + (input - target) ** 2 / v)
    if full:
        each = each + 0.5 * np.log(2 * np.pi)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()


def branches(input, target, var, *, full=False, eps=1e-6, reduction="mean"):
    """What random tests have to reach: variances on both sides of eps, near targets and far ones."""
    if var.shape != input.shape and var.shape == input.shape[:-1]:
        var = var[..., None]
    v = var + np.zeros(input.shape)
    return {"below eps": v < eps, "further off than one standard deviation": (input - target) ** 2 > v}
