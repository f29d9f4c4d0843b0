"""Cross-entropy loss.

Everything follows from log-softmax, which never makes a probability and so never takes the logarithm of 0. Ignored
targets are no valid index, so class 0 stands in for them while picking, and np.where puts the 0 afterwards.
"""

import numpy as np


def cross_entropy_loss(input, target, *, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    """The surprise at the right class, for the scores that were given to all of them."""
    shifted = input - input.max(axis=-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    counts = target != ignore_index
    classes = np.where(counts, target, 0)
    per_class = np.ones(input.shape[-1]) if weight is None else weight
    weights = np.where(counts, per_class[classes], 0.0)
    each = -per_class[classes] * np.take_along_axis(log_p, classes[..., None], axis=-1)[..., 0]
    if label_smoothing:
        each = (1 - label_smoothing) * each - label_smoothing * (per_class * log_p).mean(axis=-1)
    each = np.where(counts, each, 0.0)
    if reduction == "none":
        return each
    with np.errstate(invalid="ignore"):
        return each.sum() if reduction == "sum" else each.sum() / weights.sum()


def branches(input, target, *, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    """What random tests have to reach: samples that count and are ignored, right classes that lead and that do not."""
    right = np.take_along_axis(input, np.where(target == ignore_index, 0, target)[..., None], axis=-1)[..., 0]
    return {"counts": target != ignore_index, "the right class leads": right == input.max(axis=-1)}
