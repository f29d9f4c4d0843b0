"""Multi-margin loss.

The right class keeps its axis, so its score stands against the whole row. Which class is the right one is asked of the
places, not of the scores: a rival with the very same score has to pay.
"""

import numpy as np


def multi_margin_loss(input, target, *, p=1, margin=1.0, weight=None, reduction="mean"):
    """What the right class's lead over each other class lacks to the margin."""
    right = np.take_along_axis(input, target[..., None], axis=-1)
    others = target[..., None] != np.arange(input.shape[-1])
    lacking = np.where(others, np.maximum(0, margin - (right - input)), 0)
    each = (lacking**p).sum(axis=-1) / input.shape[-1]
    if weight is not None:
        each = each * weight[target]
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()


def branches(input, target, *, p=1, margin=1.0, weight=None, reduction="mean"):
    """What random tests have to reach: leads on both sides of the margin."""
    right = np.take_along_axis(input, target[..., None], axis=-1)
    return {"lacks something": right - input < margin, "first class": target == 0}
