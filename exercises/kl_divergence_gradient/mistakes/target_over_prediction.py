"""You divided by the predicted probability: that is the slope with respect to the probability. The input is its
logarithm, and for that the slope is −t."""

import numpy as np


def kl_divergence_gradient(input, target, *, reduction="mean", log_target=False):
    probability = np.exp(target) if log_target else target
    divisor = {"mean": input.size, "batchmean": input.shape[0]}.get(reduction, 1)
    return -probability / np.exp(input) / divisor
