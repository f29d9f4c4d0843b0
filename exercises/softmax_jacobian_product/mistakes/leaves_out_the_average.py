"""You passed on p · v. Each probability also depends on the sum below the line: take the row's average pull off
first."""

import numpy as np


def softmax_jacobian_product(scores, pull):
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    p = powers / powers.sum(axis=-1, keepdims=True)
    return p * pull
