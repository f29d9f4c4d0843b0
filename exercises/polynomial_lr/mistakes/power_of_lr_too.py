"""You took lr to the power as well. Only what is left of the time is; lr is multiplied in at the end."""

import numpy as np


def polynomial_lr(steps, lr, *, total_iters=5, power=1.0):
    left = np.maximum(1 - np.arange(steps) / total_iters, 0)
    return (lr * left) ** power
