"""You took every target but 1 for −1. The formula multiplies by the target: one of 0 leaves the margin alone."""

import numpy as np


def margin_ranking_loss(input1, input2, target, *, margin=0.0, reduction="mean"):
    difference = input1 - input2
    lead = np.where(target == 1, difference, -difference)
    each = np.maximum(0, margin - lead)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
