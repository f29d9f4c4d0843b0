# tries: a hundred thousand arrays
# expect: bad result
import numpy as np


def f(x):
    return [np.zeros(1)] * 100_000
