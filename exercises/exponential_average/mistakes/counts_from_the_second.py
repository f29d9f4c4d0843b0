"""You counted one step too many in the correction: after the first value t is 1."""

import numpy as np


def running_average(values, *, beta=0.9):
    average, result = np.zeros(values.shape[1:]), np.zeros(values.shape)
    for step, value in enumerate(values, 1):
        average = beta * average + (1 - beta) * value
        result[step - 1] = average / (1 - beta ** (step + 1))
    return result
