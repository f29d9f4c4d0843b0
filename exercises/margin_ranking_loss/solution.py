"""Margin ranking loss.

The target turns the difference round, so one line serves both orders. The shape of the result comes out of the
stretching, which is why the mean is taken of the losses and not divided by the length of an input.
"""

import numpy as np


def margin_ranking_loss(input1, input2, target, *, margin=0.0, reduction="mean"):
    """What each pair of scores lacks to the right order, by a margin."""
    lead = target * (input1 - input2)
    each = np.maximum(0, margin - lead)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()


def branches(input1, input2, target, *, margin=0.0, reduction="mean"):
    """What random tests have to reach: both wanted orders, with the margin kept and not kept."""
    return {"the first should lead": target > 0, "keeps the margin": target * (input1 - input2) > margin}
