"""You replaced the positive's distance. swap concerns the negative: its distance from the positive counts where
smaller."""

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
    distance = DISTANCES[distance_function]
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        near = np.minimum(near, distance(positive, negative))
    each = np.maximum(0, margin + near - far)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
