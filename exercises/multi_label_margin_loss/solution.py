"""Multi-label margin loss.

Two loops become two axes: every place of the list against every class, (batch, labels, classes). Class 0 stands in for
what is not listed, so that indexing works, and `counts` says which pairs are meant.
"""

import numpy as np


def multi_label_margin_loss(input, target, *, reduction="mean"):
    """What each label's lead over each wrong class lacks to 1, over the number of classes."""
    classes = np.arange(input.shape[-1])
    listed = np.logical_and.accumulate(target >= 0, axis=-1)
    labels = np.where(listed, target, 0)
    is_label = (listed[..., None] & (labels[..., None] == classes)).any(axis=-2)
    lead = np.take_along_axis(input, labels, axis=-1)[..., None] - input[..., None, :]
    counts = listed[..., None] & ~is_label[..., None, :]
    lacking = np.where(counts, np.maximum(0, 1 - lead), 0)
    each = lacking.sum(axis=(-2, -1)) / input.shape[-1]
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()


def branches(input, target, *, reduction="mean"):
    """What random tests have to reach: labels and wrong classes, leads on both sides of 1."""
    classes = np.arange(input.shape[-1])
    listed = np.logical_and.accumulate(target >= 0, axis=-1)
    labels = np.where(listed, target, 0)
    is_label = (listed[..., None] & (labels[..., None] == classes)).any(axis=-2)
    lead = np.take_along_axis(input, labels, axis=-1)[..., None] - input[..., None, :]
    counts = listed[..., None] & ~is_label[..., None, :]
    lacking = np.where(counts, np.maximum(0, 1 - lead), 0)
    return {"a label": is_label, "lacks something": lacking[counts] > 0}
