"""You divided by the number of elements always. Only reduction='mean' does."""

import numpy as np


def mse_gradient(input, target, *, reduction="mean"):
    error = np.asarray(input - target)
    return 2 * error / error.size
