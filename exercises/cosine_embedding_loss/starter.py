import numpy as np


def cosine_embedding_loss(input1, input2, target, *, margin=0.0, reduction="mean"):
    """What the cosine of a like pair lacks to 1; what that of an unlike pair has above the margin."""
    ...
