import numpy as np


def gaussian_nll_gradient(input, target, var, *, eps=1e-6, reduction="mean"):
    """How fast the loss grows with each prediction and with each variance: two arrays."""
    ...
