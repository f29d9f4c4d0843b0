"""You no longer take the largest score off. Ordinary scores come out right now, but e to the 800 overflows: keep the
shift, in both places."""

import numpy as np


def cross_entropy_loss(input, target, *, weight=None, reduction="mean"):
    log_sum = np.log(np.exp(input).sum(axis=-1))
    right_score = np.take_along_axis(input, target[..., None], axis=-1)[..., 0]
    weights = np.ones(target.shape) if weight is None else weight[target]
    each = weights * (log_sum - right_score)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.sum() / weights.sum()
