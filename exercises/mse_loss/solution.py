"""MSE loss.

Subtracting comes first. Multiplied out, x² − 2xy + y² is the same on paper, but takes huge numbers away from one
another and leaves only their rounding.
"""

import numpy as np


def mse_loss(input, target, *, reduction="mean"):
    """The square of each error; all of them, their sum or their mean."""
    each = np.square(input - target)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
