"""You counted the pairs in the wrong order. The loss says by how much they are wrong."""

import numpy as np


def margin_ranking_loss(input1, input2, target, *, margin=0.0, reduction="mean"):
    each = np.where(target * (input1 - input2) < margin, 1.0, 0.0)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
