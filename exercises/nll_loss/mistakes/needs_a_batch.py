"""You counted the rows with len(target). One sample without a batch has a target of shape (), which has no length."""

import numpy as np


def nll_loss(input, target, *, weight=None, ignore_index=-100, reduction="mean"):
    rows = np.arange(len(target))
    counts = target != ignore_index
    classes = np.where(counts, target, 0)
    weights = np.where(counts, 1.0 if weight is None else weight[classes], 0.0)
    each = np.where(counts, -weights * input[rows, classes], 0.0)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.sum() / weights.sum()
