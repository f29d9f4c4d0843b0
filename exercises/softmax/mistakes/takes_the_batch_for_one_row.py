"""You took the whole batch for one row: np.max and sum without an axis. Take off each row's own largest score, and
divide by each row's own sum: axis=-1, keepdims=True."""

import numpy as np


def softmax(scores):
    powers = np.exp(scores - np.max(scores))
    return powers / powers.sum()
