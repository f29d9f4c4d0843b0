"""Hinge embedding loss.

Two conditions, each for one of the two costs. Asking “not −1” and “not 1” makes any other target pay both, as PyTorch
does; a single np.where(target == 1, …, …) could not.
"""

import numpy as np


def hinge_embedding_loss(input, target, *, margin=1.0, reduction="mean"):
    """The distance of a like pair; what the distance of an unlike pair lacks to the margin."""
    like = np.where(target != -1, input, 0)
    unlike = np.where(target != 1, np.maximum(0, margin - input), 0)
    each = like + unlike
    if reduction == "none":
        return each
    return each.sum() if reduction == "sum" else each.mean()


def branches(input, target, *, margin=1.0, reduction="mean"):
    """What random tests have to reach: like and unlike pairs, near and far."""
    return {"alike": target == 1, "unlike": target == -1, "inside the margin": input < margin}
