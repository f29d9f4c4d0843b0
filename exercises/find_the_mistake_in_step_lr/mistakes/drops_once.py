"""You lower the learning rate in epoch step_size only. It drops again after every further step_size epochs."""

import numpy as np


def step_lr(steps, lr, *, step_size, gamma=0.1):
    rates = []
    for epoch in range(steps):
        if epoch == step_size:
            lr = lr * gamma
        rates.append(lr)
    return np.array(rates)
