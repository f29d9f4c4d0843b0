"""You returned the gradient for the variance first. The order is that of the arguments: input, then var."""

import numpy as np


def gaussian_nll_gradient(input, target, var, *, eps=1e-6, reduction="mean"):
    error = np.asarray(input - target)
    v = np.maximum(var, eps)
    share = 1 / error.size if reduction == "mean" else 1.0
    d_input = share * error / v
    d_var = share * 0.5 * (1 / v - error**2 / v**2)
    return d_var, d_input
