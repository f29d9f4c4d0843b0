"""You used the size of the error. Its sign says which way the prediction has to move: keep it."""

import numpy as np


def huber_gradient(input, target, *, delta=1.0, reduction="mean"):
    error = np.asarray(input - target)
    share = 1 / error.size if reduction == "mean" else 1.0
    return np.minimum(np.abs(error), delta) * share
