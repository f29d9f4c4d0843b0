"""You left the class weights out. Each row is multiplied by the weight of its right class, and the mean divides by
their sum."""

import numpy as np


def cross_entropy_gradient(input, target, *, weight=None, ignore_index=-100, reduction="mean"):
    powers = np.exp(input - input.max(axis=-1, keepdims=True))
    p = powers / powers.sum(axis=-1, keepdims=True)
    counts = target != ignore_index
    classes = np.where(counts, target, 0)
    weights = np.where(counts, 1.0, 0.0)
    one_hot = classes[..., None] == np.arange(input.shape[-1])
    if reduction == "mean" and counts.any():
        weights = weights / weights.sum()
    return weights[..., None] * (p - one_hot)
