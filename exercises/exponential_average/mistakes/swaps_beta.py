"""You swapped beta and 1 − beta: beta belongs to the old average, 1 − beta to the new value."""

import numpy as np


def running_average(values, *, beta=0.9):
    average, result = np.zeros(values.shape[1:]), np.zeros(values.shape)
    for step, value in enumerate(values, 1):
        average = (1 - beta) * average + beta * value
        result[step - 1] = average / (1 - (1 - beta) ** step)
    return result
