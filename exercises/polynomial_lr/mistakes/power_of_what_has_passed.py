"""You took the power of the time that has passed. Take it of the time that is left: first 1 − t / T, then the power."""

import numpy as np


def polynomial_lr(steps, lr, *, total_iters=5, power=1.0):
    passed = np.minimum(np.arange(steps) / total_iters, 1)
    return lr * (1 - passed**power)
