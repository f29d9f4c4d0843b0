"""You summed along axis 1. In a table that is the last one; in a single sample it does not exist, and in sequences the
classes are on axis 2."""

import numpy as np


def softmax(scores):
    largest = scores.max(axis=-1, keepdims=True)
    powers = np.exp(scores - largest)
    total = powers.sum(axis=1, keepdims=True)
    return powers / total
