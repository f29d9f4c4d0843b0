"""You divided by the number of elements always. Only reduction='mean' does."""

import numpy as np


def l1_gradient(input, target, *, reduction="mean"):
    error = np.asarray(input - target)
    return np.sign(error) / error.size
