# tries: an array of text
# expect: bad result
import numpy as np


def f(x):
    return np.array(["0.5"])
