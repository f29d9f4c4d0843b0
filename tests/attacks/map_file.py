# tries: mapping a file into memory
# expect: raised
# says: PermissionError|mmap is not here
import numpy as np


def f(x):
    return np.memmap("/tmp/by-hand-escaped", dtype=float, mode="w+", shape=(4,))
