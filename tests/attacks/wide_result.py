# tries: floats of 128 bits
# expect: bad result
import numpy as np


def f(x):
    return np.longdouble(x)
