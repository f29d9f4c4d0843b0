"""You multiplied matrices, which compares every first vector with every second. Pair n holds vector n of both."""

import numpy as np


def cosine_embedding_loss(input1, input2, target, *, margin=0.0, reduction="mean"):
    dot = input1 @ input2.T
    squared1, squared2 = (input1**2).sum(axis=-1) + 1e-12, (input2**2).sum(axis=-1) + 1e-12
    cosine = dot / np.sqrt(np.multiply.outer(squared1, squared2))
    like = np.where(target == 1, 1 - cosine, 0)
    unlike = np.where(target == -1, np.maximum(0, cosine - margin), 0)
    each = like + unlike
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
