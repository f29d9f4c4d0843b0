import numpy as np


def huber_loss(input, target, *, delta=1.0, reduction="mean"):
    """Half the square of the error nearer than delta, a straight line of slope delta further out."""
    size = np.abs(input - target)

    # half the square near the target, a straight line of slope delta further out
    bowl = 0.5 * size**2
    line = delta * size - 0.5 * delta
    each = np.where(size < delta, bowl, line)

    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()
