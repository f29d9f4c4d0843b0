"""You used the ignored targets as an index, and −100 is out of bounds. Put class 0 in their place first."""

import numpy as np


def nll_loss(input, target, *, weight=None, ignore_index=-100, reduction="mean"):
    picked = np.take_along_axis(input, target[..., None], axis=-1)[..., 0]
    counts = target != ignore_index
    weights = np.where(counts, 1.0 if weight is None else weight[target], 0.0)
    each = np.where(counts, -weights * picked, 0.0)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.sum() / weights.sum()
