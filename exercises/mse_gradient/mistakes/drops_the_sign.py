"""You used the size of the error. Its sign says which way the prediction has to move: keep it."""

import numpy as np


def mse_gradient(input, target, *, reduction="mean"):
    error = np.abs(np.asarray(input - target))
    share = 1 / error.size if reduction == "mean" else 1.0
    return 2 * error * share
