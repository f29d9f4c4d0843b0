# tries: an array of objects, with their type added to those that may travel
# expect: bad result
import sys

import numpy as np


def f(x):
    sys.modules["lib.sandbox.frames"].DTYPES["object"] = np.dtype(object)
    return np.array([None])
