"""You chose between two cases, so a prediction that is exactly right gets −1. There are three: on the target PyTorch
takes 0."""

import numpy as np


def l1_gradient(input, target, *, reduction="mean"):
    error = np.asarray(input - target)
    share = 1 / error.size if reduction == "mean" else 1.0
    return np.where(error > 0, 1.0, -1.0) * share
