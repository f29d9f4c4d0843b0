"""You lost the weights on the way: each slope is multiplied by the weight of its element."""

import numpy as np


def bce_with_logits_gradient(input, target, *, weight=None, reduction="mean"):
    small = np.exp(-np.abs(input))
    p = np.where(input >= 0, 1.0, small) / (1.0 + small)
    share = np.ones(np.shape(input))
    if reduction == "mean":
        share = share / share.size
    return share * (p - target)
