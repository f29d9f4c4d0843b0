"""You looked only at whether the sign is right. How sure the score is counts as well: multiply by the score itself."""

import numpy as np


def soft_margin_loss(input, target, *, reduction="mean"):
    each = np.logaddexp(0, -target * np.sign(input))
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
