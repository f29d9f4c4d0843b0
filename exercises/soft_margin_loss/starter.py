import numpy as np


def soft_margin_loss(input, target, *, reduction="mean"):
    """The logarithm of 1 plus e to minus answer times score."""
    ...
