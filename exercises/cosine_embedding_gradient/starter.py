import numpy as np


def cosine_embedding_gradient(input1, input2, target, *, margin=0.0, reduction="mean"):
    """How fast the loss grows with each coordinate of the first and of the second vectors: two arrays."""
    ...
