"""You averaged the pulls. Each score has a slope of its own: the result has the shape of input."""

import numpy as np


def bce_with_logits_gradient(input, target, *, weight=None, reduction="mean"):
    small = np.exp(-np.abs(input))
    p = np.where(input >= 0, 1.0, small) / (1.0 + small)
    share = np.ones(np.shape(input)) if weight is None else np.broadcast_to(weight, np.shape(input))
    pull = share * (p - target)
    return pull.mean() if reduction == "mean" else pull
