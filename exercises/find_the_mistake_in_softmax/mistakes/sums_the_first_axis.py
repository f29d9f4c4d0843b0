"""You summed along the first axis, over the samples: now the columns add up to 1. The classes are on the last axis."""

import numpy as np


def softmax(scores):
    largest = scores.max(axis=-1, keepdims=True)
    powers = np.exp(scores - largest)
    total = powers.sum(axis=0)
    return powers / total
