"""You spread the line over total_iters epochs, both ends included, so it ends one epoch too early. It has
total_iters steps, and so total_iters + 1 epochs."""

import numpy as np


def linear_warm_up(steps, lr, *, start_factor=1 / 3, end_factor=1.0, total_iters=5):
    share = np.minimum(np.arange(steps) / max(total_iters - 1, 1), 1)
    return lr * (start_factor + (end_factor - start_factor) * share)
