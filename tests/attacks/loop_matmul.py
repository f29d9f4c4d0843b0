# tries: matrix products that take minutes, inside BLAS
# expect: out of time|out of memory
# limits: memory_mib=512
import numpy as np


def f(x):
    a = np.ones((2000, 2000))
    while True:
        a = a @ a / 2000
