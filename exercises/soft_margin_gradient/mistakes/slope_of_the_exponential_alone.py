"""You stopped at −y · e^(−m), the slope of what stands in the logarithm. The logarithm divides it by 1 + e^(−m)."""

import numpy as np


def soft_margin_gradient(input, target, *, reduction="mean"):
    with np.errstate(over="ignore"):
        wrong = np.exp(-target * input)
    share = 1 / np.size(input) if reduction == "mean" else 1.0
    return -target * wrong * share
