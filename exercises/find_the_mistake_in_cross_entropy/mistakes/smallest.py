"""You take the smallest score off. Then the largest can still overflow: what is left must be 0 or less."""

import numpy as np


def cross_entropy_loss(input, target, *, weight=None, reduction="mean"):
    largest = input.min(axis=-1, keepdims=True)
    shifted = input - largest
    log_sum = np.log(np.exp(shifted).sum(axis=-1))
    right_score = np.take_along_axis(shifted, target[..., None], axis=-1)[..., 0]
    weights = np.ones(target.shape) if weight is None else weight[target]
    each = weights * (log_sum - right_score)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.sum() / weights.sum()
