"""You divided by the number of rows. The mean is over elements, so each slope is divided by their number."""

import numpy as np


def bce_with_logits_gradient(input, target, *, pos_weight=None, reduction="mean"):
    small = np.exp(-np.abs(input))
    p = np.where(input >= 0, 1.0, small) / (1.0 + small)
    yes = target if pos_weight is None else target * pos_weight
    share = 1 / len(np.atleast_1d(input)) if reduction == "mean" else 1.0
    return (yes * (p - 1) + (1 - target) * p) * share
