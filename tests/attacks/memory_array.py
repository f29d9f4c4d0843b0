# tries: an array of 8 GB
# expect: out of memory
import numpy as np


def f(x):
    return np.ones(2**30)
