"""You moved the probability itself away from 0 and 1, above the line too. Then a right and sure answer still pulls;
only the denominator is held at 10⁻¹²."""

import numpy as np


def bce_gradient(input, target, *, weight=None, reduction="mean"):
    x = np.clip(input, 1e-12, 1 - 1e-12)
    weights = 1.0 if weight is None else weight
    share = 1 / np.size(input) if reduction == "mean" else 1.0
    return weights * (x - target) / (x * (1 - x)) * share
