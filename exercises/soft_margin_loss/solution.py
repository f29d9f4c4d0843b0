"""Soft margin loss.

np.logaddexp(0, a) is log(1 + eᵃ): it keeps the digits where eᵃ is tiny, and never overflows. (PyTorch takes log1p of
e to minus the product, which is as exact, but infinite from a product of −710 on.)
"""

import numpy as np


def soft_margin_loss(input, target, *, reduction="mean"):
    """The logarithm of 1 plus e to minus answer times score."""
    each = np.logaddexp(0, -target * input)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()


def branches(input, target, *, reduction="mean"):
    """What random tests have to reach: right and wrong signs, for both answers."""
    return {"the right sign": target * input > 0, "yes": target > 0}
