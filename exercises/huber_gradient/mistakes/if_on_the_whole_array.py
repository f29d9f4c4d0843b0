"""You chose one formula for all elements. Each element chooses by its own error: np.clip or np.where."""

import numpy as np


def huber_gradient(input, target, *, delta=1.0, reduction="mean"):
    error = np.asarray(input - target)
    share = 1 / error.size if reduction == "mean" else 1.0
    slope = error if (np.abs(error) < delta).all() else delta * np.sign(error)
    return slope * share
