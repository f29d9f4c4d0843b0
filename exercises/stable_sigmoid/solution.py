"""A sigmoid that never overflows.

e to the −|x| is never above 1. Each side of 0 takes the form of the fraction that contains it. PyTorch 2.13 gives 0 for
the sigmoid of −90 in single precision; this keeps the digits that a float has left there.
"""

import numpy as np


def sigmoid(x):
    """1 / (1 + e to the −x), element by element, without overflow on either side."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, small) / (1.0 + small)
