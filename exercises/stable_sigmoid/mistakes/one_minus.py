"""You computed the left side as 1 − sigmoid(−x). Taking a number near 1 from 1 leaves 0: small probabilities lose all
digits."""

import numpy as np


def sigmoid(x):
    right = 1 / (1 + np.exp(-np.abs(x)))
    return np.where(x >= 0, right, 1 - right)
