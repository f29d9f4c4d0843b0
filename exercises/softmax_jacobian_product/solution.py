"""Gradient through softmax.

A score moves by how much harder its probability is pulled than the average, times that probability. So each row sums to
0, pulling at all classes alike does nothing, and a class that has lost hardly moves, however hard it is pulled: this is
why softmax is not followed by MSE. With 1000 classes the Jacobian would hold a million numbers per sample.
"""

import numpy as np


def softmax_jacobian_product(scores, pull):
    """The pull on the probabilities, passed on through softmax to the scores; an array of the same shape."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    p = powers / powers.sum(axis=-1, keepdims=True)
    average_pull = (p * pull).sum(axis=-1, keepdims=True)
    return p * (pull - average_pull)


def branches(scores, pull):
    """What random tests have to reach: pulls above and below the row's average."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    p = powers / powers.sum(axis=-1, keepdims=True)
    return {"above the average": pull > (p * pull).sum(axis=-1, keepdims=True)}
