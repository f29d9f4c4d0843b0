import numpy as np


def cross_entropy_loss(input, target, *, weight=None, reduction="mean"):
    """The weighted surprise at the right class; all losses, their sum or their mean."""
    # e to a large score overflows: take the largest score of each sample off first
    largest = input.max(axis=-1, keepdims=True)
    shifted = input - largest
    log_sum = np.log(np.exp(shifted).sum(axis=-1))

    # the score of the right class
    right_score = np.take_along_axis(input, target[..., None], axis=-1)[..., 0]

    # every sample counts with the weight of its class
    weights = np.ones(target.shape) if weight is None else weight[target]
    each = weights * (log_sum - right_score)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.sum() / weights.sum()
