"""You used 1 where the margin belongs. The caller says how far apart unlike pairs should be."""

import numpy as np


def hinge_embedding_loss(input, target, *, margin=1.0, reduction="mean"):
    like = np.where(target != -1, input, 0)
    unlike = np.where(target != 1, np.maximum(0, 1 - input), 0)
    each = like + unlike
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
