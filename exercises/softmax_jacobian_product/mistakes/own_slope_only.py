"""You let each score move its own probability only, p(1 − p) · v. It moves all of them: the others fall as one
rises."""

import numpy as np


def softmax_jacobian_product(scores, pull):
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    p = powers / powers.sum(axis=-1, keepdims=True)
    return p * (1 - p) * pull
