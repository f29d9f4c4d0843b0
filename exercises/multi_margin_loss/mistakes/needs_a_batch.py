"""You counted the rows with len(target). One sample without a batch has a target of shape (), which has no length."""

import numpy as np


def multi_margin_loss(input, target, *, p=1, margin=1.0, weight=None, reduction="mean"):
    right = input[np.arange(len(target)), target][:, None]
    others = target[..., None] != np.arange(input.shape[-1])
    lacking = np.where(others, np.maximum(0, margin - (right - input)), 0)
    each = (lacking**p).sum(axis=-1) / input.shape[-1]
    if weight is not None:
        each = each * weight[target]
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
