"""You took only the slope of y · log x. Where the answer is not a full yes, log(1 − x) pulls as well."""

import numpy as np


def bce_gradient(input, target, *, weight=None, reduction="mean"):
    weights = 1.0 if weight is None else weight
    share = 1 / np.size(input) if reduction == "mean" else 1.0
    return weights * -target / np.maximum(input, 1e-12) * share
