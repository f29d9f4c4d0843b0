"""You gave the straight part the slope ±1, as L1 loss has. It is delta times as steep."""

import numpy as np


def huber_gradient(input, target, *, delta=1.0, reduction="mean"):
    error = np.asarray(input - target)
    share = 1 / error.size if reduction == "mean" else 1.0
    return np.where(np.abs(error) < delta, error, np.sign(error)) * share
