"""Gradient of Huber loss.

Three cases, one call: np.clip holds the error between −delta and delta. At the knee both formulas give the same slope,
so it does not matter on which side the knee itself falls. No square is ever taken, so nothing can overflow.
"""

import numpy as np


def huber_gradient(input, target, *, delta=1.0, reduction="mean"):
    """How fast the loss grows with each prediction, in the shape of input."""
    error = np.asarray(input - target)
    share = 1 / error.size if reduction == "mean" else 1.0
    return np.clip(error, -delta, delta) * share


def branches(input, target, *, delta=1.0, reduction="mean"):
    """What random tests have to reach: errors inside the bowl and outside, on both sides, a mean and a sum."""
    error = input - target
    return {
        "inside": np.abs(error) < delta,
        "above": error > delta,
        "below": error < -delta,
        "the mean": reduction == "mean",
    }
