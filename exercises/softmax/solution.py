"""Softmax, safe for scores of any size.

Taking the largest score off every score of the row multiplies numerator and denominator by the same number, so the
result stays the same. Every exponent is then 0 or less: nothing overflows, and the sum is at least 1.
"""

import numpy as np


def softmax(scores):
    """The probabilities that the scores stand for, along the last axis; an array of the same shape."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
