# tries: leaving something in NumPy for the next submission
# expect: returned
import builtins
import sys

import numpy as np


def f(x):
    assert not hasattr(np, "left_behind"), "state of an earlier job"
    np.left_behind = builtins.left_behind = sys.left_behind = True
    np.exp = np.sum = np.add = None
    return x
