"""You went back to lr after the line. It stays at its last point, end_factor · lr."""

import numpy as np


def linear_warm_up(steps, lr, *, start_factor=1 / 3, end_factor=1.0, total_iters=5):
    epochs = np.arange(steps)
    factor = start_factor + (end_factor - start_factor) * epochs / total_iters
    return np.where(epochs < total_iters, lr * factor, lr)
