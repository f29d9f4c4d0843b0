"""You divided by the number of rows. The mean is over elements, so each slope is divided by the number of elements."""

import numpy as np


def huber_gradient(input, target, *, delta=1.0, reduction="mean"):
    error = np.atleast_1d(input - target)
    share = 1 / len(error) if reduction == "mean" else 1.0
    return (np.clip(error, -delta, delta) * share).reshape(np.shape(input))
