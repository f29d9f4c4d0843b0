import numpy as np


def bce_gradient(input, target, *, weight=None, reduction="mean"):
    """How fast the loss grows with each probability, in the shape of input."""
    ...
