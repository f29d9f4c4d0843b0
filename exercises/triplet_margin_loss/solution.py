"""Triplet margin loss.

One distance, used three times. np.linalg.norm with axis=-1 knows every p, infinity included, and works with and without
a batch.
"""

import numpy as np


def distance(x, y, p, eps):
    return np.linalg.norm(x - y + eps, ord=p, axis=-1)


def triplet_margin_loss(anchor, positive, negative, *, margin=1.0, p=2.0, eps=1e-6, swap=False, reduction="mean"):
    """What the negative's distance lacks to the positive's and the margin."""
    near = distance(anchor, positive, p, eps)
    far = distance(anchor, negative, p, eps)
    if swap:
        far = np.minimum(far, distance(positive, negative, p, eps))
    each = np.maximum(0, margin + near - far)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()


def branches(anchor, positive, negative, *, margin=1.0, p=2.0, eps=1e-6, swap=False, reduction="mean"):
    """What random tests have to reach: triplets that keep the margin, negatives nearer to the positive."""
    near = distance(anchor, positive, p, eps)
    far = distance(anchor, negative, p, eps)
    across = distance(positive, negative, p, eps)
    if not swap:
        return {"keeps the margin": far - near > margin}
    return {"keeps the margin": np.minimum(far, across) - near > margin, "nearer to the positive": across < far}
