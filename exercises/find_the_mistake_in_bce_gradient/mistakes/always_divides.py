"""You divide once now, but for 'sum' as well. Only the mean divides."""

import numpy as np


def bce_with_logits_gradient(input, target, *, weight=None, reduction="mean"):
    small = np.exp(-np.abs(input))
    p = np.where(input >= 0, 1.0, small) / (1.0 + small)
    share = np.ones(np.shape(input)) if weight is None else np.broadcast_to(weight, np.shape(input))
    share = share / share.size
    return share * (p - target)
