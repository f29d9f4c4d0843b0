"""The mean divides once, the sum never.

share holds each element's part in the result, w/N for the mean, and with it everything is said: the last line divided
by N again, and for the sum as well. A gradient that is too small by a constant factor points the right way and learns,
only slowly, so nobody notices; a factor that grows with the batch looks like a bad learning rate. Compare with a nudge:
(loss(x + h) − loss(x)) / h.
"""

import numpy as np


def bce_with_logits_gradient(input, target, *, weight=None, reduction="mean"):
    """How fast the loss grows with each score, in the shape of input."""
    small = np.exp(-np.abs(input))
    p = np.where(input >= 0, 1.0, small) / (1.0 + small)
    share = np.ones(np.shape(input)) if weight is None else np.broadcast_to(weight, np.shape(input))
    if reduction == "mean":
        share = share / share.size
    return share * (p - target)


def branches(input, target, *, weight=None, reduction="mean"):
    """What random tests have to reach: probabilities above and below the answer."""
    return {"too high": 1 / (1 + np.exp(-input)) > target}
