"""You averaged like and unlike pairs apart. PyTorch adds all losses and divides by the number of pairs."""

import numpy as np


def hinge_embedding_loss(input, target, *, margin=1.0, reduction="mean"):
    like = np.where(target != -1, input, 0)
    unlike = np.where(target != 1, np.maximum(0, margin - input), 0)
    if reduction == "mean":
        return like.sum() / max((target == 1).sum(), 1) + unlike.sum() / max((target == -1).sum(), 1)
    each = like + unlike
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
