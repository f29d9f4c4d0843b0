"""Gradient of L1 loss.

np.sign knows all three cases, the corner included: 1, −1, and 0 where the prediction is exactly right. Any number from
−1 to 1 would be a fair slope at the corner (a subgradient); 0 leaves alone what is right already.
"""

import numpy as np


def l1_gradient(input, target, *, reduction="mean"):
    """How fast the loss grows with each prediction, in the shape of input."""
    error = np.asarray(input - target)
    share = 1 / error.size if reduction == "mean" else 1.0
    return np.sign(error) * share


def branches(input, target, *, reduction="mean"):
    """What random tests have to reach: predictions above, below and on their target, a mean and a sum."""
    return {"above": input > target, "below": input < target, "on it": input == target, "the mean": reduction == "mean"}
