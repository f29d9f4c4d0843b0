"""You divided by the number of elements always. Only reduction='mean' does."""

import numpy as np


def huber_gradient(input, target, *, delta=1.0, reduction="mean"):
    error = np.asarray(input - target)
    return np.clip(error, -delta, delta) / error.size
