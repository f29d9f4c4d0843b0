"""You stretched the line over all epochs that are asked for. It ends in epoch total_iters, however long the training
goes on."""

import numpy as np


def linear_warm_up(steps, lr, *, start_factor=1 / 3, end_factor=1.0, total_iters=5):
    return lr * np.linspace(start_factor, end_factor, steps)
