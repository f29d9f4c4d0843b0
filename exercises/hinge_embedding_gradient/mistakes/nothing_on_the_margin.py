"""You left out the pair exactly on the margin. PyTorch passes the slope on where margin − distance is 0: compare with
>=."""

import numpy as np


def hinge_embedding_gradient(input, target, *, margin=1.0, reduction="mean"):
    input, target = np.asarray(input), np.asarray(target)
    together = np.where(target != -1, 1.0, 0.0)
    apart = np.where((target != 1) & (margin - input > 0), -1.0, 0.0)
    share = 1 / input.size if reduction == "mean" else 1.0
    return (together + apart) * share
