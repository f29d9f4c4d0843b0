"""You divided by the number of elements always. 'batchmean' divides by the number of samples, 'sum' and 'none' by
nothing."""

import numpy as np


def kl_divergence_gradient(input, target, *, reduction="mean", log_target=False):
    probability = np.exp(target) if log_target else target
    return -probability / input.size
