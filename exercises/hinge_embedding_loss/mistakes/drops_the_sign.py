"""You took the absolute value of what is lacking. Beyond the margin nothing is lacking: the loss is 0 there."""

import numpy as np


def hinge_embedding_loss(input, target, *, margin=1.0, reduction="mean"):
    like = np.where(target != -1, input, 0)
    unlike = np.where(target != 1, np.abs(margin - input), 0)
    each = like + unlike
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
