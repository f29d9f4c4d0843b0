"""NLL loss.

Ignored targets are no valid index, so class 0 stands in for them while picking, and np.where puts the 0 afterwards.
Multiplying by a weight of 0 would not do: a log-probability may be −∞, and 0 · ∞ is NaN.
"""

import numpy as np


def nll_loss(input, target, *, weight=None, ignore_index=-100, reduction="mean"):
    """Minus the log-probability of the right class, weighted by class."""
    counts = target != ignore_index
    classes = np.where(counts, target, 0)
    picked = np.take_along_axis(input, classes[..., None], axis=-1)[..., 0]
    weights = np.where(counts, 1.0 if weight is None else weight[classes], 0.0)
    each = np.where(counts, -weights * picked, 0.0)
    if reduction == "none":
        return each
    with np.errstate(invalid="ignore"):
        return each.sum() if reduction == "sum" else each.sum() / weights.sum()


def branches(input, target, *, weight=None, ignore_index=-100, reduction="mean"):
    """What random tests have to reach: samples that count and samples that are ignored."""
    return {"counts": target != ignore_index}
