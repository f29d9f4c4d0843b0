# tries: a result of 4 MB where 64 KB are allowed, with the room widened on this side
# expect: bad result
# limits: result_bytes=65536
import sys

import numpy as np


def f(x):
    frame = sys._getframe()
    while "room" not in frame.f_locals:
        frame = frame.f_back
    object.__setattr__(frame.f_locals["room"], "bytes", 2**40)
    return np.zeros(2**19)
