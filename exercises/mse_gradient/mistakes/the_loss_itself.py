"""This is each square's share of the loss. The slope of e² is 2e."""

import numpy as np


def mse_gradient(input, target, *, reduction="mean"):
    error = np.asarray(input - target)
    share = 1 / error.size if reduction == "mean" else 1.0
    return error**2 * share
