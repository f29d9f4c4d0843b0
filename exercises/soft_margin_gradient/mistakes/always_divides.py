"""You divided by the number of elements always. Only reduction='mean' does."""

import numpy as np


def soft_margin_gradient(input, target, *, reduction="mean"):
    with np.errstate(over="ignore"):
        wrong = 1 / (1 + np.exp(target * input))  # the probability of the wrong answer; 1/∞ is 0, as it should be
    share = 1 / np.size(input)
    return -target * wrong * share
