"""You returned one array. The variances are learned too: return two gradients as a tuple, for input and for var."""

import numpy as np


def gaussian_nll_gradient(input, target, var, *, eps=1e-6, reduction="mean"):
    error = np.asarray(input - target)
    v = np.maximum(var, eps)
    share = 1 / error.size if reduction == "mean" else 1.0
    d_input = share * error / v
    return d_input
