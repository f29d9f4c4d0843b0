"""You took the condition epoch > 0 away. 0 is a multiple of everything, so the very first epoch already runs with a
lowered learning rate."""

import numpy as np


def step_lr(steps, lr, *, step_size, gamma=0.1):
    rates = []
    for epoch in range(steps):
        if epoch % step_size == 0:
            lr = lr * gamma
        rates.append(lr)
    return np.array(rates)
