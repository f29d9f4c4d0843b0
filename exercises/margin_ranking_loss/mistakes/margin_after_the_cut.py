"""You cut off at 0 first and added the margin afterwards. Add it inside, or every pair pays the margin."""

import numpy as np


def margin_ranking_loss(input1, input2, target, *, margin=0.0, reduction="mean"):
    each = np.maximum(0, -target * (input1 - input2)) + margin
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
