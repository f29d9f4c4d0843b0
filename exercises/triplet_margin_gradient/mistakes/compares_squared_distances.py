"""You left the roots out where the margin is compared. It is compared with distances, not with squared ones."""

import numpy as np


def triplet_margin_gradient(anchor, positive, negative, *, margin=1.0, eps=1e-6, reduction="mean"):
    near, far = anchor - positive + eps, anchor - negative + eps
    near_distance = np.sqrt((near**2).sum(axis=-1, keepdims=True))
    far_distance = np.sqrt((far**2).sum(axis=-1, keepdims=True))

    # a triplet pulls with its full share, or not at all
    pull = np.where(margin + near_distance**2 - far_distance**2 >= 0, 1.0, 0.0)
    if reduction == "mean":
        pull = pull / pull.size

    near, far = pull * near / near_distance, pull * far / far_distance
    return near - far, -near, far
