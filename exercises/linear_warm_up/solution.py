"""Linear warm-up (LinearLR).

One formula for both parts: a share of the way that stops at 1 keeps the last factor for ever. np.interp(epochs,
[0, total_iters], [start_factor, end_factor]) does the same, since it stays level beyond its ends.
"""

import numpy as np


def linear_warm_up(steps, lr, *, start_factor=1 / 3, end_factor=1.0, total_iters=5):
    """The learning rate of each epoch: on a straight line up to the full one, then level."""
    share = np.minimum(np.arange(steps) / total_iters, 1)
    return lr * (start_factor + (end_factor - start_factor) * share)
