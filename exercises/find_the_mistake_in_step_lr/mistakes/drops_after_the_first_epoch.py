"""You took the condition epoch > 0 away and still lower the learning rate after writing it down. Now the first drop
comes in epoch 1: look at when it is lowered, not whether."""

import numpy as np


def step_lr(steps, lr, *, step_size, gamma=0.1):
    rates = []
    for epoch in range(steps):
        rates.append(lr)
        if epoch % step_size == 0:
            lr = lr * gamma
    return np.array(rates)
