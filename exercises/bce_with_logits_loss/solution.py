"""Binary cross-entropy with logits.

np.logaddexp(0, a) is log(1 + eᵃ), the cost of an answer whose score falls short by a. It neither overflows for a large
a nor rounds the result away for a very negative one.
"""

import numpy as np


def bce_with_logits_loss(input, target, *, weight=None, reduction="mean", pos_weight=None):
    """The surprise at each answer, for the score that was given to “yes”."""
    yes = target if pos_weight is None else target * pos_weight
    each = yes * np.logaddexp(0, -input) + (1 - target) * np.logaddexp(0, input)
    if weight is not None:
        each = each * weight
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()


def branches(input, target, *, weight=None, reduction="mean", pos_weight=None):
    """What random tests have to reach: scores for and against, on answers of yes and of no."""
    return {"a score for yes": input > 0, "more yes than no": target > 0.5}
