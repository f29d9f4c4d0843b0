import numpy as np


def ctc_loss(log_probs, targets, input_lengths, target_lengths, *, blank=0, reduction="mean", zero_infinity=False):
    """Minus the logarithm of the probability of all paths that spell the target."""
    ...
