import numpy as np


def kl_divergence_gradient(input, target, *, reduction="mean", log_target=False):
    """How fast the loss grows with each log-probability, in the shape of input."""
    ...
