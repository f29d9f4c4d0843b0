"""You cut off at 0 after the mean was taken. Each triplet is cut off by itself, or one that keeps the margin pays for
another."""

import numpy as np


def distance(x, y, p, eps):
    return np.linalg.norm(x - y + eps, ord=p, axis=-1)


def triplet_margin_loss(anchor, positive, negative, *, margin=1.0, p=2.0, eps=1e-6, swap=False, reduction="mean"):
    near = distance(anchor, positive, p, eps)
    far = distance(anchor, negative, p, eps)
    if swap:
        far = np.minimum(far, distance(positive, negative, p, eps))
    lacking = margin + near - far
    if reduction == "none":
        return np.maximum(0, lacking)
    return np.maximum(0, lacking.sum() if reduction == "sum" else lacking.mean())
