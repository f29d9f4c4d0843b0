# tries: an array of dates
# expect: bad result
import numpy as np


def f(x):
    return np.array(["2026-01-01"], dtype="datetime64[D]")
