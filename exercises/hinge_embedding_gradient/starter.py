import numpy as np


def hinge_embedding_gradient(input, target, *, margin=1.0, reduction="mean"):
    """How fast the loss grows with each distance, in the shape of input."""
    ...
