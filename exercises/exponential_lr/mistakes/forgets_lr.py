"""You left the first learning rate out. Gamma's power says which share of lr is left: multiply by lr."""

import numpy as np


def exponential_lr(steps, lr, *, gamma=0.9):
    return gamma ** np.arange(steps) * 1.0
