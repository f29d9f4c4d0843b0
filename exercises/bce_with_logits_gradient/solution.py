"""Gradient of binary cross-entropy with logits.

The loss needs care with large scores, its gradient hardly any: probability minus answer stays between −1 and 1. Only
the sigmoid must not divide ∞ by ∞.
"""

import numpy as np


def bce_with_logits_gradient(input, target, *, pos_weight=None, reduction="mean"):
    """How fast the loss grows with each score, in the shape of input."""
    small = np.exp(-np.abs(input))
    p = np.where(input >= 0, 1.0, small) / (1.0 + small)
    yes = target if pos_weight is None else target * pos_weight
    share = 1 / np.size(input) if reduction == "mean" else 1.0
    return (yes * (p - 1) + (1 - target) * p) * share


def branches(input, target, *, pos_weight=None, reduction="mean"):
    """What random tests have to reach: scores for and against, on answers of yes and of no."""
    return {"a score for yes": input > 0, "more yes than no": target > 0.5, "the mean": reduction == "mean"}
