"""Gradient of MSE loss.

Each prediction stands in one square only, so there is nothing to add up. The mean divides every slope by the number of
elements; the sum leaves it.
"""

import numpy as np


def mse_gradient(input, target, *, reduction="mean"):
    """How fast the loss grows with each prediction, in the shape of input."""
    error = np.asarray(input - target)
    share = 1 / error.size if reduction == "mean" else 1.0
    return 2 * error * share


def branches(input, target, *, reduction="mean"):
    """What random tests have to reach: predictions above and below their target, a mean and a sum."""
    return {"above the target": input > target, "the mean": reduction == "mean"}
