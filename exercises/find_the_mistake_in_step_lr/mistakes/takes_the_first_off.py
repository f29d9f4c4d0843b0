"""You took the first learning rate off the list. Now the drops come in time, but one entry is missing at the end."""

import numpy as np


def step_lr(steps, lr, *, step_size, gamma=0.1):
    rates = []
    for epoch in range(steps):
        rates.append(lr)
        if epoch > 0 and epoch % step_size == 0:
            lr = lr * gamma
    return np.array(rates[1:])
