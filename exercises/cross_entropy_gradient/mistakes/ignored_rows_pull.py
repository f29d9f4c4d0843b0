"""You left the softmax in the ignored sample's row. An ignored sample pulls at nothing: the whole row is 0."""

import numpy as np


def cross_entropy_gradient(input, target, *, weight=None, ignore_index=-100, reduction="mean"):
    powers = np.exp(input - input.max(axis=-1, keepdims=True))
    p = powers / powers.sum(axis=-1, keepdims=True)
    counts = target != ignore_index
    classes = np.where(counts, target, 0)
    weights = np.where(counts, 1.0 if weight is None else weight[classes], 0.0)
    one_hot = (target[..., None] == np.arange(input.shape[-1])) & counts[..., None]
    scale = 1.0 if weight is None else weight[classes][..., None]
    share = 1 / weights.sum() if reduction == "mean" and counts.any() else 1.0
    return scale * (p - one_hot) * share
