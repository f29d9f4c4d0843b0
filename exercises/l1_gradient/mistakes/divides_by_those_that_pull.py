"""You divided by the number of predictions that are off. The mean counts the right ones too."""

import numpy as np


def l1_gradient(input, target, *, reduction="mean"):
    error = np.asarray(input - target)
    share = 1 / max(np.count_nonzero(error), 1) if reduction == "mean" else 1.0
    return np.sign(error) * share
