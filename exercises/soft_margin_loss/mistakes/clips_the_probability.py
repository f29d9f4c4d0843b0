"""You kept the probability away from 0, so no loss grows beyond 27.6. Write the loss without the sigmoid."""

import numpy as np


def soft_margin_loss(input, target, *, reduction="mean"):
    probability = 1 / (1 + np.exp(-target * input))
    each = -np.log(np.maximum(probability, 1e-12))
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
