"""You left one variance per row to NumPy, which stretches it along the columns. Give it a last axis of 1: var[...,
None]."""

import numpy as np


def gaussian_nll_loss(input, target, var, *, full=False, eps=1e-6, reduction="mean"):
    v = np.maximum(var, eps)
    each = 0.5 * (np.log(v) + (input - target) ** 2 / v)
    if full:
        each = each + 0.5 * np.log(2 * np.pi)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
