"""You divided by one length for the whole array. Every vector has its own: axis=−1 with keepdims=True."""

import numpy as np


def unit(x):
    return x / np.maximum(np.linalg.norm(x), 1e-8)


DISTANCES = {
    "euclidean": lambda x, y: np.sqrt(((x - y) ** 2).sum(axis=-1)),
    "squared euclidean": lambda x, y: ((x - y) ** 2).sum(axis=-1),
    "manhattan": lambda x, y: np.abs(x - y).sum(axis=-1),
    "cosine": lambda x, y: 1 - (unit(x) * unit(y)).sum(axis=-1),
}


def triplet_margin_with_distance_loss(
    anchor, positive, negative, distance_function, *, margin=1.0, swap=False, reduction="mean"
):
    distance = DISTANCES[distance_function]
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = np.minimum(far, distance(positive, negative))
    each = np.maximum(0, margin + near - far)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
