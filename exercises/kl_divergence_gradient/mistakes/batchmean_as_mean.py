"""You treated 'batchmean' as 'mean'. It divides by the number of samples only, the size of the first axis."""

import numpy as np


def kl_divergence_gradient(input, target, *, reduction="mean", log_target=False):
    probability = np.exp(target) if log_target else target
    divisor = {"mean": input.size, "batchmean": input.size}.get(reduction, 1)
    return -probability / divisor
