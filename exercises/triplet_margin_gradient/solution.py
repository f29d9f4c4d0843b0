"""Gradient of triplet margin loss.

The slope of a distance is an arrow of length 1, however far the points are apart: this loss has one strength of pull,
on or off. The three gradients of a triplet add up to 0, since moving all its points together changes no distance; a
good check for any loss that is made of differences.
"""

import numpy as np


def triplet_margin_gradient(anchor, positive, negative, *, margin=1.0, eps=1e-6, reduction="mean"):
    """How fast the loss grows with each coordinate of the anchors, positives and negatives: three arrays."""
    near, far = anchor - positive + eps, anchor - negative + eps
    near_distance = np.sqrt((near**2).sum(axis=-1, keepdims=True))
    far_distance = np.sqrt((far**2).sum(axis=-1, keepdims=True))

    # a triplet pulls with its full share, or not at all
    pull = np.where(margin + near_distance - far_distance >= 0, 1.0, 0.0)
    if reduction == "mean":
        pull = pull / pull.size

    near, far = pull * near / near_distance, pull * far / far_distance
    return near - far, -near, far


def branches(anchor, positive, negative, *, margin=1.0, eps=1e-6, reduction="mean"):
    """What random tests have to reach: triplets that keep the margin and some that do not, a mean and a sum."""
    near = np.sqrt(((anchor - positive + eps) ** 2).sum(axis=-1))
    far = np.sqrt(((anchor - negative + eps) ** 2).sum(axis=-1))
    return {
        "keeps the margin": margin + near < far,
        "the negative is nearer": far < near,
        "the mean": reduction == "mean",
    }
