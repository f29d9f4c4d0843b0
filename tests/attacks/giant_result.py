# tries: a result of 80 MB
# expect: bad result
# limits: memory_mib=512
import numpy as np


def f(x):
    return np.zeros(10_000_000)
