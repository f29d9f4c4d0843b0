# tries: a masked array
# expect: bad result
import numpy as np


def f(x):
    return np.ma.masked_less(x, 2)
