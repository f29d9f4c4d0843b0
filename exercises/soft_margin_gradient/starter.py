import numpy as np


def soft_margin_gradient(input, target, *, reduction="mean"):
    """How fast the loss grows with each score, in the shape of input."""
    ...
