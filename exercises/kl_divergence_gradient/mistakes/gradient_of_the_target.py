"""This is the slope with respect to the target. Asked for is the one with respect to the input, −t."""

import numpy as np


def kl_divergence_gradient(input, target, *, reduction="mean", log_target=False):
    probability = np.exp(target) if log_target else target
    divisor = {"mean": input.size, "batchmean": input.shape[0]}.get(reduction, 1)
    return (np.log(probability) + 1 - input) / divisor
