import numpy as np


def kl_div_loss(input, target, *, reduction="mean", log_target=False):
    """How much surprise it adds to believe the input, given as logarithms, where the target is true."""
    ...
