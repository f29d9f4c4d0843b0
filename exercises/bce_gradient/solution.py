"""Gradient of binary cross-entropy.

Probability minus answer, over the variance x(1 − x) of a yes that comes with probability x. The slope of the sigmoid is
x(1 − x) too: after it only probability minus answer is left, and that is why BCE with logits needs no 10⁻¹².
"""

import numpy as np


def bce_gradient(input, target, *, weight=None, reduction="mean"):
    """How fast the loss grows with each probability, in the shape of input."""
    variance = np.maximum(input * (1 - input), 1e-12)
    weights = 1.0 if weight is None else weight
    share = 1 / np.size(input) if reduction == "mean" else 1.0
    return weights * (input - target) / variance * share


def branches(input, target, *, weight=None, reduction="mean"):
    """What random tests have to reach: probabilities above and below the answer, likely and not, a mean and a sum."""
    return {"too high": input > target, "likely": input > 0.5, "the mean": reduction == "mean"}
