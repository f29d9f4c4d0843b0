"""You ignored −100 whatever ignore_index is. It may be any number, a class as well."""

import numpy as np


def nll_loss(input, target, *, weight=None, ignore_index=-100, reduction="mean"):
    counts = target != -100
    classes = np.where(counts, target, 0)
    picked = np.take_along_axis(input, classes[..., None], axis=-1)[..., 0]
    weights = np.where(counts, 1.0 if weight is None else weight[classes], 0.0)
    each = np.where(counts, -weights * picked, 0.0)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.sum() / weights.sum()
