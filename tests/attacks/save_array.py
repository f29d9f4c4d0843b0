# tries: saving an array
# expect: raised
# says: PermissionError
import numpy as np


def f(x):
    np.save("/tmp/by-hand-escaped.npy", x)
