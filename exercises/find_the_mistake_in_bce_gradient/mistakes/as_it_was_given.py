"""These are the answers of the function as you were given it. Divide what is right by what came out: which number is
it, with two elements and with three?"""

import numpy as np


def bce_with_logits_gradient(input, target, *, weight=None, reduction="mean"):
    small = np.exp(-np.abs(input))
    p = np.where(input >= 0, 1.0, small) / (1.0 + small)
    share = np.ones(np.shape(input)) if weight is None else np.broadcast_to(weight, np.shape(input))
    if reduction == "mean":
        share = share / share.size
    pull = share * (p - target)
    return pull / pull.size
