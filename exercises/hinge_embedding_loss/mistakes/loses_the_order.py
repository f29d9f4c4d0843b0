"""You put all like pairs first. Every loss stays where its pair is: choose with np.where."""

import numpy as np


def hinge_embedding_loss(input, target, *, margin=1.0, reduction="mean"):
    like = input[target != -1]
    unlike = np.maximum(0, margin - input[target != 1])
    each = np.concatenate([like, unlike])
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
