import numpy as np


def bce_with_logits_gradient(input, target, *, weight=None, reduction="mean"):
    """How fast the loss grows with each score, in the shape of input."""
    # the probability of yes; e to the −|x| cannot overflow
    small = np.exp(-np.abs(input))
    p = np.where(input >= 0, 1.0, small) / (1.0 + small)

    # how much each element counts in the result
    share = np.ones(np.shape(input)) if weight is None else np.broadcast_to(weight, np.shape(input))
    if reduction == "mean":
        share = share / share.size

    # probability minus answer, as much as it counts
    pull = share * (p - target)
    return pull / pull.size
