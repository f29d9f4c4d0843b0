"""You added the largest score, of shape (batch, 1), to the losses, of shape (batch,): they are stretched against each
other to a table. Take the kept axis off with [..., 0]."""

import numpy as np


def cross_entropy_loss(input, target, *, weight=None, reduction="mean"):
    largest = input.max(axis=-1, keepdims=True)
    shifted = input - largest
    log_sum = np.log(np.exp(shifted).sum(axis=-1))
    right_score = np.take_along_axis(input, target[..., None], axis=-1)[..., 0]
    weights = np.ones(target.shape) if weight is None else weight[target]
    each = weights * (log_sum + largest - right_score)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.sum() / weights.sum()
