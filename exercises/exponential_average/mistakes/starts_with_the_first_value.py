"""You started at the first value instead of correcting. The first value then keeps too much weight."""

import numpy as np


def running_average(values, *, beta=0.9):
    result = np.zeros(values.shape)
    for step, value in enumerate(values):
        result[step] = value if step == 0 else beta * result[step - 1] + (1 - beta) * value
    return result
