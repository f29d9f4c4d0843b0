"""You wrote p − r · y. Where the answer is yes the probability is multiplied as well: r · (p − 1)."""

import numpy as np


def bce_with_logits_gradient(input, target, *, pos_weight=None, reduction="mean"):
    small = np.exp(-np.abs(input))
    p = np.where(input >= 0, 1.0, small) / (1.0 + small)
    share = 1 / np.size(input) if reduction == "mean" else 1.0
    return (p - (target if pos_weight is None else target * pos_weight)) * share
