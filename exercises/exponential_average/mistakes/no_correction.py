"""You left the correction out: the average starts at 0 and is too small at first. Divide by 1 − betaᵗ."""

import numpy as np


def running_average(values, *, beta=0.9):
    average, result = np.zeros(values.shape[1:]), np.zeros(values.shape)
    for step, value in enumerate(values):
        average = beta * average + (1 - beta) * value
        result[step] = average
    return result
