"""You summed over the whole batch, as if it were one long vector. Sum over the last axis: one cosine per pair."""

import numpy as np


def cosine_embedding_loss(input1, input2, target, *, margin=0.0, reduction="mean"):
    dot = (input1 * input2).sum()
    cosine = dot / np.sqrt(((input1**2).sum() + 1e-12) * ((input2**2).sum() + 1e-12))
    like = np.where(target == 1, 1 - cosine, 0)
    unlike = np.where(target == -1, np.maximum(0, cosine - margin), 0)
    each = like + unlike
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
