"""Cosine embedding loss.

Three sums over the last axis give one cosine per pair, with a batch and without. The ε inside the root is PyTorch's own
guard: a vector of zeros gets the cosine 0 instead of 0/0.
"""

import numpy as np


def cosine_embedding_loss(input1, input2, target, *, margin=0.0, reduction="mean"):
    """What the cosine of a like pair lacks to 1; what that of an unlike pair has above the margin."""
    dot = (input1 * input2).sum(axis=-1)
    squared1, squared2 = (input1**2).sum(axis=-1) + 1e-12, (input2**2).sum(axis=-1) + 1e-12
    cosine = dot / np.sqrt(squared1 * squared2)
    like = np.where(target == 1, 1 - cosine, 0)
    unlike = np.where(target == -1, np.maximum(0, cosine - margin), 0)
    each = like + unlike
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()


def branches(input1, input2, target, *, margin=0.0, reduction="mean"):
    """What random tests have to reach: like and unlike pairs, at acute and obtuse angles."""
    return {"alike": target == 1, "an acute angle": (input1 * input2).sum(axis=-1) > 0}
