"""You raised e to the scores as they are: e to the 800 is infinite, and ∞/∞ is NaN. Take the row's largest score off
first."""

import numpy as np


def softmax_jacobian_product(scores, pull):
    powers = np.exp(scores)
    p = powers / powers.sum(axis=-1, keepdims=True)
    average_pull = (p * pull).sum(axis=-1, keepdims=True)
    return p * (pull - average_pull)
