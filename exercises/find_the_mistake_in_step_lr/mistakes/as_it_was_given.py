"""These are the answers of the function as you were given it. Write them under the right ones: which epochs differ?"""

import numpy as np


def step_lr(steps, lr, *, step_size, gamma=0.1):
    rates = []
    for epoch in range(steps):
        rates.append(lr)
        if epoch > 0 and epoch % step_size == 0:
            lr = lr * gamma
    return np.array(rates)
