"""You averaged the errors and took one sign. Each prediction has a sign of its own: the result has the shape of
input."""

import numpy as np


def l1_gradient(input, target, *, reduction="mean"):
    error = np.asarray(input - target)
    return np.sign(error.mean()) if reduction == "mean" else np.sign(error.sum())
