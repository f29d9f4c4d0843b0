import numpy as np


def nll_loss(input, target, *, weight=None, ignore_index=-100, reduction="mean"):
    """Minus the log-probability of the right class, weighted by class."""
    ...
