"""You measured straight whatever the name says. Look the function up by distance_function."""

import numpy as np


def triplet_margin_with_distance_loss(
    anchor, positive, negative, distance_function, *, margin=1.0, swap=False, reduction="mean"
):
    near = np.linalg.norm(anchor - positive, axis=-1)
    far = np.linalg.norm(anchor - negative, axis=-1)
    if swap:
        far = np.minimum(far, np.linalg.norm(positive - negative, axis=-1))
    each = np.maximum(0, margin + near - far)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
