"""Gradient of cosine embedding loss.

Two stages, the pull on the cosine and the slope of the cosine, each short by itself. The second part of the slope takes
off whatever points along the vector: the gradient stands at a right angle to it. So descent never shortens a vector,
and vectors trained this way tend to grow.
"""

import numpy as np


def cosine_embedding_gradient(input1, input2, target, *, margin=0.0, reduction="mean"):
    """How fast the loss grows with each coordinate of the first and of the second vectors: two arrays."""
    a = (input1 * input1).sum(axis=-1, keepdims=True) + 1e-12
    b = (input2 * input2).sum(axis=-1, keepdims=True) + 1e-12
    root = np.sqrt(a * b)
    cosine = (input1 * input2).sum(axis=-1, keepdims=True) / root

    # how fast the result grows with each pair's cosine; the last axis waits for the coordinates
    target = np.asarray(target)[..., None]
    pull = np.where(target == 1, -1.0, 0.0) + np.where((target == -1) & (cosine >= margin), 1.0, 0.0)
    if reduction == "mean":
        pull = pull / target.size

    return pull * (input2 / root - cosine * input1 / a), pull * (input1 / root - cosine * input2 / b)


def branches(input1, input2, target, *, margin=0.0, reduction="mean"):
    """What random tests have to reach: alike and unlike pairs, below and above the margin, a mean and a sum."""
    lengths = np.sqrt((input1**2).sum(axis=-1) * (input2**2).sum(axis=-1))
    cosine = (input1 * input2).sum(axis=-1) / lengths
    return {
        "alike": target == 1,
        "unlike, below": (target == -1) & (cosine < margin),
        "unlike, above": (target == -1) & (cosine > margin),
        "the mean": reduction == "mean",
    }
