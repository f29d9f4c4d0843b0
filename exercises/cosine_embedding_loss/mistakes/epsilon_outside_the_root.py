"""You added 1e-12 after taking the root. PyTorch adds it to each squared length, inside: for tiny vectors that is a
different number."""

import numpy as np


def cosine_embedding_loss(input1, input2, target, *, margin=0.0, reduction="mean"):
    dot = (input1 * input2).sum(axis=-1)
    cosine = dot / (np.linalg.norm(input1, axis=-1) * np.linalg.norm(input2, axis=-1) + 1e-12)
    like = np.where(target == 1, 1 - cosine, 0)
    unlike = np.where(target == -1, np.maximum(0, cosine - margin), 0)
    each = like + unlike
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
