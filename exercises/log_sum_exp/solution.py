"""Log-sum-exp, safe for scores of any size.

Taking the largest score off each exponent divides the sum by one number, whose logarithm is added again in the end.
Where the largest is not finite nothing is taken off: −∞ − (−∞) would be NaN.
"""

import numpy as np


def log_sum_exp(scores):
    """The logarithm of the sum of e to the scores, along the last axis, which is then gone."""
    largest = scores.max(axis=-1, keepdims=True)
    largest = np.where(np.isfinite(largest), largest, 0.0)
    with np.errstate(divide="ignore"):
        return np.log(np.exp(scores - largest).sum(axis=-1)) + largest[..., 0]
