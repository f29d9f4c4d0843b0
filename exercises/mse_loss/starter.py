import numpy as np


def mse_loss(input, target, *, reduction="mean"):
    """The square of each error; all of them, their sum or their mean."""
    ...
