"""You used @, which multiplies matrices and adds up on its way. Square each error by itself: error * error."""

import numpy as np


def mse_loss(input, target, *, reduction="mean"):
    error = np.asarray(input - target)
    each = error @ error
    if reduction == "none":
        return each
    return each if reduction == "sum" else each / error.size
