# tries: making every comparison of NumPy come out true
# expect: returned
import numpy as np

np.allclose = np.array_equal = lambda *args, **kwargs: True
np.testing.assert_allclose = lambda *args, **kwargs: None


def f(x):
    return x
