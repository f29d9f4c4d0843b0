"""You dropped in epoch 0 already, since 0 is a multiple of step_size too. The first drop comes at epoch step_size."""

import numpy as np


def step_lr(steps, lr, *, step_size, gamma=0.1):
    rates = np.empty(steps)
    for epoch in range(steps):
        if epoch % step_size == 0:
            lr = lr * gamma
        rates[epoch] = lr
    return rates
