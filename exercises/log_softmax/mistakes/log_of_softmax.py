"""You took the logarithm of softmax. Where softmax is rounded to 0 that is −∞: subtract the logarithm of the sum
instead."""

import numpy as np


def log_softmax(scores):
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.log(powers / powers.sum(axis=-1, keepdims=True))
