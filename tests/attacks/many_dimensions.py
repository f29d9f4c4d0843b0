# tries: an array of 40 dimensions
# expect: bad result
import numpy as np


def f(x):
    return np.zeros((1,) * 40)
