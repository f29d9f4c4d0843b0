"""You rounded the probability to yes or no. A probability of 0.6 for a right yes still pulls, with −0.4."""

import numpy as np


def bce_with_logits_gradient(input, target, *, pos_weight=None, reduction="mean"):
    yes = target if pos_weight is None else target * pos_weight
    decided = (input > 0) * 1.0
    share = 1 / np.size(input) if reduction == "mean" else 1.0
    return (yes * (decided - 1) + (1 - target) * decided) * share
