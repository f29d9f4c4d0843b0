"""You kept the probability away from 0 and 1, so no class costs more than 27.6. Work on the score instead."""

import numpy as np


def multi_label_soft_margin_loss(input, target, *, weight=None, reduction="mean"):
    with np.errstate(over="ignore"):
        p = np.clip(1 / (1 + np.exp(-input)), 1e-12, 1 - 1e-12)
    cost = -(target * np.log(p) + (1 - target) * np.log(1 - p))
    if weight is not None:
        cost = cost * weight
    each = cost.mean(axis=-1)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
