import numpy as np


def log_sum_exp(scores):
    """The logarithm of the sum of e to the scores, along the last axis, which is then gone."""
    ...
