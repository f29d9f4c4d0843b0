"""The sign is turned round: a probability is at most 1, so its logarithm is at most 0."""

import numpy as np


def log_softmax(scores):
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return np.log(np.exp(shifted).sum(axis=-1, keepdims=True)) - shifted
