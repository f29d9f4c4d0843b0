"""You rounded to the nearest whole number, so the drops come half a stair too early. Round down: // does."""

import numpy as np


def step_lr(steps, lr, *, step_size, gamma=0.1):
    drops = np.round(np.arange(steps) / step_size)
    return lr * gamma**drops
