"""You used 1 where the margin belongs. The caller says by how much the right class should lead."""

import numpy as np


def multi_margin_loss(input, target, *, p=1, margin=1.0, weight=None, reduction="mean"):
    right = np.take_along_axis(input, target[..., None], axis=-1)
    others = target[..., None] != np.arange(input.shape[-1])
    lacking = np.where(others, np.maximum(0, 1 - (right - input)), 0)
    each = (lacking**p).sum(axis=-1) / input.shape[-1]
    if weight is not None:
        each = each * weight[target]
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
