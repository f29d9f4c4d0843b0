"""You stopped at pull minus average. Each of these is multiplied by the class's own probability."""

import numpy as np


def softmax_jacobian_product(scores, pull):
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    p = powers / powers.sum(axis=-1, keepdims=True)
    average_pull = (p * pull).sum(axis=-1, keepdims=True)
    return pull - average_pull
