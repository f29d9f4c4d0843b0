"""Gradient of hinge embedding loss.

Two losses that the target switches on: “as near as possible” unless it is −1, “at least a margin apart” unless it is 1.
Each has its slope, and they add up, which also settles targets that are neither. The target is never multiplied by.
"""

import numpy as np


def hinge_embedding_gradient(input, target, *, margin=1.0, reduction="mean"):
    """How fast the loss grows with each distance, in the shape of input."""
    input, target = np.asarray(input), np.asarray(target)
    together = np.where(target != -1, 1.0, 0.0)
    apart = np.where((target != 1) & (margin - input >= 0), -1.0, 0.0)
    share = 1 / input.size if reduction == "mean" else 1.0
    return (together + apart) * share


def branches(input, target, *, margin=1.0, reduction="mean"):
    """What random tests have to reach: alike and unlike, inside and beyond the margin, neither, a mean and a sum."""
    return {
        "alike": target == 1,
        "unlike, inside": (target == -1) & (input < margin),
        "unlike, beyond": (target == -1) & (input > margin),
        "neither": target == 0,
        "the mean": reduction == "mean",
    }
