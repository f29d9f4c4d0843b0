"""Multi-label soft margin loss.

Binary cross-entropy with logits, averaged over the last axis before anything else. np.logaddexp(0, a) is log(1 + eᵃ)
for any score, without a sigmoid on the way.
"""

import numpy as np


def multi_label_soft_margin_loss(input, target, *, weight=None, reduction="mean"):
    """Binary cross-entropy of each class's own yes or no, averaged over the classes of each sample."""
    cost = target * np.logaddexp(0, -input) + (1 - target) * np.logaddexp(0, input)
    if weight is not None:
        cost = cost * weight
    each = cost.mean(axis=-1)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()


def branches(input, target, *, weight=None, reduction="mean"):
    """What random tests have to reach: scores for and against, on labels and on other classes."""
    return {"a score for yes": input > 0, "a label": target == 1}
