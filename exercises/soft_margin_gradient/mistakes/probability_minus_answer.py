"""You wrote σ(x) − y, which is right for answers of 1 and 0. Here no is −1: for it the gradient is σ(x) itself, not
σ(x) + 1."""

import numpy as np


def soft_margin_gradient(input, target, *, reduction="mean"):
    share = 1 / np.size(input) if reduction == "mean" else 1.0
    return (1 / (1 + np.exp(-input)) - target) * share
