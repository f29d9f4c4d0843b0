"""Gradient of KL divergence loss.

Only the part −t · x moves with the prediction, and cross-entropy has the same part: for the prediction both have the
same gradient. Only "batchmean" is the divergence per sample; "mean" divides by the number of classes as well.
"""

import numpy as np


def kl_divergence_gradient(input, target, *, reduction="mean", log_target=False):
    """How fast the loss grows with each log-probability, in the shape of input."""
    probability = np.exp(target) if log_target else target
    divisor = {"mean": input.size, "batchmean": input.shape[0]}.get(reduction, 1)
    return -probability / divisor


def branches(input, target, *, reduction="mean", log_target=False):
    """What random tests have to reach: likely classes and unlikely ones, all ways to divide, logarithms."""
    probability = np.exp(target) if log_target else target
    return {
        "likely": probability > 0.3,
        "the mean": reduction == "mean",
        "per sample": reduction == "batchmean",
        "logarithms": log_target,
    }
