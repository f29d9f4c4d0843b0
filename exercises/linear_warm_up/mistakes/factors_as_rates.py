"""You took the factors for learning rates: the line runs from start_factor to lr. They are parts of lr, so multiply
them by it."""

import numpy as np


def linear_warm_up(steps, lr, *, start_factor=1 / 3, end_factor=1.0, total_iters=5):
    share = np.minimum(np.arange(steps) / total_iters, 1)
    return start_factor + (lr * end_factor - start_factor) * share
