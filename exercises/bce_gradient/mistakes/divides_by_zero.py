"""You divided by 0 where the probability is 0 or 1. PyTorch lets the denominator go down to 10⁻¹² only."""

import numpy as np


def bce_gradient(input, target, *, weight=None, reduction="mean"):
    variance = input * (1 - input)
    weights = 1.0 if weight is None else weight
    share = 1 / np.size(input) if reduction == "mean" else 1.0
    return weights * (input - target) / variance * share
