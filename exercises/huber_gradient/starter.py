import numpy as np


def huber_gradient(input, target, *, delta=1.0, reduction="mean"):
    """How fast the loss grows with each prediction, in the shape of input."""
    ...
