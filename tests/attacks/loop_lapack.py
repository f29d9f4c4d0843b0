# tries: a decomposition that takes minutes, inside LAPACK
# expect: out of time|out of memory
# limits: memory_mib=512
import numpy as np


def f(x):
    return np.linalg.svd(np.random.rand(1500, 1500))
