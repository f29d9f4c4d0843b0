"""Triplet margin loss with a distance function.

Functions are values: a dict holds them by name, and the loss does not know which one it was given. PyTorch goes the
same way, only that you hand over the function itself.
"""

import numpy as np


def unit(x):
    """Each vector divided by its length."""
    return x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-8)


DISTANCES = {
    "euclidean": lambda x, y: np.sqrt(((x - y) ** 2).sum(axis=-1)),
    "squared euclidean": lambda x, y: ((x - y) ** 2).sum(axis=-1),
    "manhattan": lambda x, y: np.abs(x - y).sum(axis=-1),
    "cosine": lambda x, y: 1 - (unit(x) * unit(y)).sum(axis=-1),
}


def triplet_margin_with_distance_loss(
    anchor, positive, negative, distance_function, *, margin=1.0, swap=False, reduction="mean"
):
    """The triplet margin loss, with the distance that the name stands for."""
    distance = DISTANCES[distance_function]
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = np.minimum(far, distance(positive, negative))
    each = np.maximum(0, margin + near - far)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()


def branches(anchor, positive, negative, distance_function, *, margin=1.0, swap=False, reduction="mean"):
    """What random tests have to reach: triplets that keep the margin, negatives nearer to the positive."""
    distance = DISTANCES[distance_function]
    near, far = distance(anchor, positive), distance(anchor, negative)
    across = distance(positive, negative)
    if not swap:
        return {"keeps the margin": far - near > margin}
    return {"keeps the margin": np.minimum(far, across) - near > margin, "nearer to the positive": across < far}
