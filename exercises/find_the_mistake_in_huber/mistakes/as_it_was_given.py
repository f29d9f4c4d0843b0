"""These are the answers of the function as you were given it. Work one far error out by hand, with a delta other than
1: by how much is it off?"""

import numpy as np


def huber_loss(input, target, *, delta=1.0, reduction="mean"):
    size = np.abs(input - target)
    bowl = 0.5 * size**2
    line = delta * size - 0.5 * delta
    each = np.where(size < delta, bowl, line)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
