"""You divided by the number of elements always. Only reduction='mean' does."""

import numpy as np


def gaussian_nll_gradient(input, target, var, *, eps=1e-6, reduction="mean"):
    error = np.asarray(input - target)
    v = np.maximum(var, eps)
    share = 1 / error.size
    d_input = share * error / v
    d_var = share * 0.5 * (1 / v - error**2 / v**2)
    return d_input, d_var
