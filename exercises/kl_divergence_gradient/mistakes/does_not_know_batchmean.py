"""You left reduction='batchmean' undivided. It divides by the number of samples, the size of the first axis."""

import numpy as np


def kl_divergence_gradient(input, target, *, reduction="mean", log_target=False):
    probability = np.exp(target) if log_target else target
    divisor = input.size if reduction == "mean" else 1
    return -probability / divisor
