"""You cut off at 0 after taking the power. A negative number squared is positive by then, and its root is NaN: cut
off what is left."""

import numpy as np


def polynomial_lr(steps, lr, *, total_iters=5, power=1.0):
    left = 1 - np.arange(steps) / total_iters
    return lr * np.maximum(left**power, 0)
