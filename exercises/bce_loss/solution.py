"""Binary cross-entropy.

np.log1p(-x) is log(1 − x) without the detour over 1 − x, which is 1 to a float for any x below 10⁻¹⁶. The logarithms
are kept from −∞ before anything is multiplied: 0 · ∞ would be NaN.
"""

import numpy as np


def bce_loss(input, target, *, weight=None, reduction="mean"):
    """The surprise at each answer, for the probability that was given to “yes”."""
    with np.errstate(divide="ignore"):
        log_yes, log_no = np.maximum(np.log(input), -100), np.maximum(np.log1p(-input), -100)
    each = -(target * log_yes + (1 - target) * log_no)
    if weight is not None:
        each = each * weight
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()


def branches(input, target, *, weight=None, reduction="mean"):
    """What random tests have to reach: answers of yes and of no, given with more and with less than a half."""
    return {"more yes than no": target > 0.5, "the likelier answer": (input > 0.5) == (target > 0.5)}
