"""You took off the largest score of the whole batch. Rows far below it are rounded to 0, and their logarithm is −∞."""

import numpy as np


def log_sum_exp(scores):
    largest = scores.max()
    largest = largest if np.isfinite(largest) else 0.0
    return np.log(np.exp(scores - largest).sum(axis=-1)) + largest
