# tries: an array that runs code when it is copied, packed or compared
# expect: raised|bad result|returned
import os

import numpy as np


class Trap(np.ndarray):
    def __reduce__(self):
        return os.system, ("touch /tmp/by-hand-escaped-reduce",)

    def tobytes(self, *args):
        return b"1" * 10**6

    def __array_finalize__(self, other):
        os.system("touch /tmp/by-hand-escaped-finalize")

    def __array_function__(self, *args):
        raise SystemExit


def f(x):
    return x.view(Trap)
