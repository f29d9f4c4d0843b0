"""You multiplied the whole pull by pos_weight. It belongs to the cost of yes only."""

import numpy as np


def bce_with_logits_gradient(input, target, *, pos_weight=None, reduction="mean"):
    small = np.exp(-np.abs(input))
    p = np.where(input >= 0, 1.0, small) / (1.0 + small)
    share = 1 / np.size(input) if reduction == "mean" else 1.0
    return (p - target) * (1.0 if pos_weight is None else pos_weight) * share
