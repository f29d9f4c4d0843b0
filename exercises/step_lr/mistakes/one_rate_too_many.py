"""You gave one learning rate too many: epochs 0 to `steps` are steps + 1 epochs. np.arange(steps) stops before
`steps`."""

import numpy as np


def step_lr(steps, lr, *, step_size, gamma=0.1):
    drops = np.arange(steps + 1) // step_size
    return lr * gamma**drops
