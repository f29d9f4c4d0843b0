"""You returned the last average only. All of them were asked for, one per step."""

import numpy as np


def running_average(values, *, beta=0.9):
    average = np.zeros(values.shape[1:])
    for value in values:
        average = beta * average + (1 - beta) * value
    return average / (1 - beta ** max(len(values), 1))
