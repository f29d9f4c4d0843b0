# tries: an array that points far outside its memory
# expect: crashed|bad result|out of memory
import numpy as np


def f(x):
    return np.lib.stride_tricks.as_strided(x, (1000,), (-(2**40),))
