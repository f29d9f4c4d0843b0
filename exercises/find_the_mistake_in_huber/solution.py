"""The constant of the straight part is ½ delta².

Multiplied out, delta · (|e| − ½ delta) is delta · |e| − ½ delta²: only with this constant do the two parts meet at
delta. With ½ delta there is a jump, down for a delta below 1 and up for one above, and none at 1 itself, where it had
been tested. Test with arguments away from 1, and look at both sides of every border.
"""

import numpy as np


def huber_loss(input, target, *, delta=1.0, reduction="mean"):
    """Half the square of the error nearer than delta, a straight line of slope delta further out."""
    size = np.abs(input - target)
    bowl = 0.5 * size**2
    line = delta * size - 0.5 * delta**2
    each = np.where(size < delta, bowl, line)
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()


def branches(input, target, *, delta=1.0, reduction="mean"):
    """What random tests have to reach: both parts of the curve, on both sides of the target."""
    error = input - target
    return {"the square part": np.abs(error) < delta, "above the target": error > 0}
