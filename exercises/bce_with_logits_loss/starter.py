import numpy as np


def bce_with_logits_loss(input, target, *, weight=None, reduction="mean", pos_weight=None):
    """The surprise at each answer, for the score that was given to “yes”."""
    ...
