"""You compared each label with the strongest wrong class only. It has to beat all of them: sum over the wrong
classes."""

import numpy as np


def multi_label_margin_loss(input, target, *, reduction="mean"):
    classes = np.arange(input.shape[-1])
    listed = np.logical_and.accumulate(target >= 0, axis=-1)
    labels = np.where(listed, target, 0)
    is_label = (listed[..., None] & (labels[..., None] == classes)).any(axis=-2)
    lead = np.take_along_axis(input, labels, axis=-1)[..., None] - input[..., None, :]
    counts = listed[..., None] & ~is_label[..., None, :]
    lacking = np.where(counts, np.maximum(0, 1 - lead), 0)
    each = lacking.max(axis=-1).sum(axis=-1) / input.shape[-1]
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
