# tries: changing an array from a destructor while it is being sent
# expect: returned|bad result
import gc

import numpy as np


class Late:
    def __init__(self, array):
        self.array = array

    def __del__(self):
        self.array.resize(10**6, refcheck=False)


def f(x):
    array = np.ones(10)
    late = Late(array)
    late.itself = late
    gc.set_threshold(1)
    return array
