# tries: an array of objects
# expect: bad result
import numpy as np


def f(x):
    return np.array([1, "two", None], dtype=object)
