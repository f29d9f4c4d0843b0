# tries: running out of memory over and over
# expect: out of time|out of memory|crashed
import numpy as np

held = []


def f(x):
    while True:
        try:
            held.append(np.ones(2**18))
        except MemoryError:
            pass
