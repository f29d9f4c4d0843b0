"""Polynomial decay (PolynomialLR).

What is left of the time is cut off at 0 before the power is taken. The other way round comes too late: the square
of a negative number is positive already, and its root is NaN.
"""

import numpy as np


def polynomial_lr(steps, lr, *, total_iters=5, power=1.0):
    """The learning rate of each epoch: the part of the time that is left, to a power."""
    left = np.maximum(1 - np.arange(steps) / total_iters, 0)
    return lr * left**power
