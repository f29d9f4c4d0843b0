"""You left the weights out. Each slope is multiplied by the weight of its element."""

import numpy as np


def bce_gradient(input, target, *, weight=None, reduction="mean"):
    variance = np.maximum(input * (1 - input), 1e-12)
    weights = 1.0
    share = 1 / np.size(input) if reduction == "mean" else 1.0
    return weights * (input - target) / variance * share
