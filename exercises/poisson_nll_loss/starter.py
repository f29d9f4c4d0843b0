import numpy as np


def poisson_nll_loss(input, target, *, log_input=True, full=False, eps=1e-8, reduction="mean"):
    """The surprise at each count, for a Poisson distribution with the predicted rate."""
    ...
