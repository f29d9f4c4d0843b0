"""You divided the mean by the number of samples. That is 'batchmean'; PyTorch's 'mean' counts all elements."""

import numpy as np


def kl_divergence_gradient(input, target, *, reduction="mean", log_target=False):
    probability = np.exp(target) if log_target else target
    divisor = {"mean": input.shape[0], "batchmean": input.shape[0]}.get(reduction, 1)
    return -probability / divisor
