"""You raised e to the scores as they are, and e to the 1000 is infinite. Take the row's largest score off first."""

import numpy as np


def log_softmax(scores):
    return scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))
