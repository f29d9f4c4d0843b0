"""You held the error between −1 and 1 whatever delta is. The strongest pull is delta."""

import numpy as np


def huber_gradient(input, target, *, delta=1.0, reduction="mean"):
    error = np.asarray(input - target)
    share = 1 / error.size if reduction == "mean" else 1.0
    return np.clip(error, -1, 1) * share
