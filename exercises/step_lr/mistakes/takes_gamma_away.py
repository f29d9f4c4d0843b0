"""You took gamma away at each drop, and the learning rate ends below 0. A drop multiplies by gamma."""

import numpy as np


def step_lr(steps, lr, *, step_size, gamma=0.1):
    drops = np.arange(steps) // step_size
    return lr - gamma * drops
