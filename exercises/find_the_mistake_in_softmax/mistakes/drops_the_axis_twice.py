"""You made the two lines alike the other way round: now the largest scores have lost their axis as well. Both need
it."""

import numpy as np


def softmax(scores):
    largest = scores.max(axis=-1)
    powers = np.exp(scores - largest)
    total = powers.sum(axis=-1)
    return powers / total
