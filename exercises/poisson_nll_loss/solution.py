"""Poisson NLL loss.

Stirling's formula is NaN for a count of 0 (0 · log 0), so 1 stands in for smaller counts before np.where leaves them
out. Multiplying by target > 1 would not do: 0 · NaN is NaN.
"""

import numpy as np


def poisson_nll_loss(input, target, *, log_input=True, full=False, eps=1e-8, reduction="mean"):
    """The surprise at each count, for a Poisson distribution with the predicted rate."""
    if log_input:
        each = np.exp(input) - target * input
    else:
        each = input - target * np.log(input + eps)
    if full:
        y = np.maximum(target, 1)
        each = each + np.where(target > 1, y * np.log(y) - y + 0.5 * np.log(2 * np.pi * y), 0)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()


def branches(input, target, *, log_input=True, full=False, eps=1e-8, reduction="mean"):
    """What random tests have to reach: counts with Stirling's term, and rates above the count."""
    return {"more than 1": target > 1, "a rate above the count": (np.exp(input) if log_input else input) > target}
