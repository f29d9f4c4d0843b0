"""You left out the second part in both gradients. The length changes with the vector too: take off the cosine times the
vector over its squared length."""

import numpy as np


def cosine_embedding_gradient(input1, input2, target, *, margin=0.0, reduction="mean"):
    a = (input1 * input1).sum(axis=-1, keepdims=True) + 1e-12
    b = (input2 * input2).sum(axis=-1, keepdims=True) + 1e-12
    root = np.sqrt(a * b)
    cosine = (input1 * input2).sum(axis=-1, keepdims=True) / root

    # how fast the result grows with each pair's cosine; the last axis waits for the coordinates
    target = np.asarray(target)[..., None]
    pull = np.where(target == 1, -1.0, 0.0) + np.where((target == -1) & (cosine >= margin), 1.0, 0.0)
    if reduction == "mean":
        pull = pull / target.size

    return pull * (input2 / root), pull * (input1 / root)
