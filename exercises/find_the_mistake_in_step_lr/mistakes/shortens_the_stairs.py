"""You shortened step_size by 1. The first drop comes in time now, but every later one is too early, and a step_size of
1 leaves a division by 0."""

import numpy as np


def step_lr(steps, lr, *, step_size, gamma=0.1):
    rates = []
    for epoch in range(steps):
        rates.append(lr)
        if epoch > 0 and epoch % (step_size - 1) == 0:
            lr = lr * gamma
    return np.array(rates)
