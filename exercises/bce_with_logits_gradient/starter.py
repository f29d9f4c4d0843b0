import numpy as np


def bce_with_logits_gradient(input, target, *, pos_weight=None, reduction="mean"):
    """How fast the loss grows with each score, in the shape of input."""
    ...
