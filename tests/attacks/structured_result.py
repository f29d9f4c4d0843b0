# tries: a structured array
# expect: bad result
import numpy as np


def f(x):
    return np.zeros(2, dtype=[("a", float), ("b", int)])
