import numpy as np


def step_lr(steps, lr, *, step_size, gamma=0.1):
    """The learning rate of each epoch: a staircase downwards."""
    rates = []
    for epoch in range(steps):
        rates.append(lr)

        # every step_size epochs it drops, but not at the very start
        if epoch > 0 and epoch % step_size == 0:
            lr = lr * gamma
    return np.array(rates)
