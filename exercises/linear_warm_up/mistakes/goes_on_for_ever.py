"""You let the line run on beyond total_iters. From that epoch on the learning rate stays as it is."""

import numpy as np


def linear_warm_up(steps, lr, *, start_factor=1 / 3, end_factor=1.0, total_iters=5):
    share = np.arange(steps) / total_iters
    return lr * (start_factor + (end_factor - start_factor) * share)
