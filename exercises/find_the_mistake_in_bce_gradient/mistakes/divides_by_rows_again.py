"""You divide by the number of rows in the end. Each element has its part already: nothing is left to divide."""

import numpy as np


def bce_with_logits_gradient(input, target, *, weight=None, reduction="mean"):
    small = np.exp(-np.abs(input))
    p = np.where(input >= 0, 1.0, small) / (1.0 + small)
    share = np.ones(np.shape(input)) if weight is None else np.broadcast_to(weight, np.shape(input))
    if reduction == "mean":
        share = share / share.size
    pull = share * (p - target)
    return pull / len(pull)
