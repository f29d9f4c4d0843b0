"""You used 1 where the margin belongs. The caller says how much nearer the positive should be."""

import numpy as np


def distance(x, y, p, eps):
    return np.linalg.norm(x - y + eps, ord=p, axis=-1)


def triplet_margin_loss(anchor, positive, negative, *, margin=1.0, p=2.0, eps=1e-6, swap=False, reduction="mean"):
    near = distance(anchor, positive, p, eps)
    far = distance(anchor, negative, p, eps)
    if swap:
        far = np.minimum(far, distance(positive, negative, p, eps))
    each = np.maximum(0, 1 + near - far)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
