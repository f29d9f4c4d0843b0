"""Log-softmax without ever making a probability.

The largest score of the row goes off first, so that no power overflows and the sum is at least 1: its logarithm is
safe. What is far below the largest keeps its distance, because nothing is rounded to 0 before the logarithm.
"""

import numpy as np


def log_softmax(scores):
    """The logarithm of softmax along the last axis; an array of the same shape."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
