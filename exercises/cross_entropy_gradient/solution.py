"""Gradient of cross-entropy loss.

Softmax minus one-hot, each row times the weight of its class. The weights are divided by their sum first, so that
nothing has to be divided afterwards; an ignored sample has the weight 0.
"""

import numpy as np


def cross_entropy_gradient(input, target, *, weight=None, ignore_index=-100, reduction="mean"):
    """How fast the loss grows with each score, in the shape of input."""
    powers = np.exp(input - input.max(axis=-1, keepdims=True))
    p = powers / powers.sum(axis=-1, keepdims=True)
    counts = target != ignore_index
    classes = np.where(counts, target, 0)
    weights = np.where(counts, 1.0 if weight is None else weight[classes], 0.0)
    one_hot = classes[..., None] == np.arange(input.shape[-1])
    if reduction == "mean" and counts.any():
        weights = weights / weights.sum()
    return weights[..., None] * (p - one_hot)


def branches(input, target, *, weight=None, ignore_index=-100, reduction="mean"):
    """What random tests have to reach: samples that count and are ignored, a mean and a sum."""
    return {"counts": target != ignore_index, "the mean": reduction == "mean"}
