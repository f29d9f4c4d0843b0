import numpy as np


def bce_loss(input, target, *, weight=None, reduction="mean"):
    """The surprise at each answer, for the probability that was given to “yes”."""
    ...
