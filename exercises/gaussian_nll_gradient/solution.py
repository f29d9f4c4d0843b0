"""Gradient of Gaussian NLL loss.

The slope for the variance is (v − e²) / 2v²: 0 exactly where the variance is the squared error. Mind what this does in
training: a prediction with a large variance hardly moves any more, so a network may grow unsure instead of better.
"""

import numpy as np


def gaussian_nll_gradient(input, target, var, *, eps=1e-6, reduction="mean"):
    """How fast the loss grows with each prediction and with each variance: two arrays."""
    error = np.asarray(input - target)
    v = np.maximum(var, eps)
    share = 1 / error.size if reduction == "mean" else 1.0
    d_input = share * error / v
    d_var = share * 0.5 * (1 / v - error**2 / v**2)
    return d_input, d_var


def branches(input, target, var, *, eps=1e-6, reduction="mean"):
    """What random tests have to reach: too sure and not sure enough, variances below eps, a mean and a sum."""
    return {
        "too sure": (input - target) ** 2 > var,
        "above the target": input > target,
        "below eps": var < eps,
        "the mean": reduction == "mean",
    }
