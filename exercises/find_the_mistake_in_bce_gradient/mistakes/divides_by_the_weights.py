"""You divide by the sum of the weights. With BCE the mean divides by the number of elements, weighted or not."""

import numpy as np


def bce_with_logits_gradient(input, target, *, weight=None, reduction="mean"):
    small = np.exp(-np.abs(input))
    p = np.where(input >= 0, 1.0, small) / (1.0 + small)
    share = np.ones(np.shape(input)) if weight is None else np.broadcast_to(weight, np.shape(input))
    if reduction == "mean":
        share = share / share.sum()
    return share * (p - target)
