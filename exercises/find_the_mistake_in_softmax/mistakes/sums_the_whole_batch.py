"""You summed the whole batch. Then all rows together add up to 1; each row should by itself."""

import numpy as np


def softmax(scores):
    largest = scores.max(axis=-1, keepdims=True)
    powers = np.exp(scores - largest)
    total = powers.sum()
    return powers / total
