# tries: an array that is enormous and takes no memory
# expect: bad result
# says: bytes or more
import numpy as np


def f(x):
    return np.broadcast_to(x[:1], (2**40, 4))
