"""You did not stop at total_iters: what is left becomes negative, and squared it climbs again. Cut it off at 0
before you take the power."""

import numpy as np


def polynomial_lr(steps, lr, *, total_iters=5, power=1.0):
    left = 1 - np.arange(steps) / total_iters
    return lr * left**power
