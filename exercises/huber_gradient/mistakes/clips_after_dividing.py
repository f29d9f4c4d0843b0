"""You divided first and clipped then, so delta works on the share of the pull. Hold the bare error between −delta and
delta, then divide."""

import numpy as np


def huber_gradient(input, target, *, delta=1.0, reduction="mean"):
    error = np.asarray(input - target)
    share = 1 / error.size if reduction == "mean" else 1.0
    return np.clip(error * share, -delta, delta)
