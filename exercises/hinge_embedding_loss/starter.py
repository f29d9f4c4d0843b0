import numpy as np


def hinge_embedding_loss(input, target, *, margin=1.0, reduction="mean"):
    """The distance of a like pair; what the distance of an unlike pair lacks to the margin."""
    ...
