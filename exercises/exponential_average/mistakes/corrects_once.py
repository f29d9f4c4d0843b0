"""You divided by 1 − beta at every step. The weights given so far add up to 1 − betaᵗ."""

import numpy as np


def running_average(values, *, beta=0.9):
    average, result = np.zeros(values.shape[1:]), np.zeros(values.shape)
    for step, value in enumerate(values, 1):
        average = beta * average + (1 - beta) * value
        result[step - 1] = average / (1 - beta)
    return result
