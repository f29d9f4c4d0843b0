# tries: an array of a class of its own that lies about itself
# expect: returned
import numpy as np


class Right(np.ndarray):
    shape = property(lambda self: (4,))

    def __eq__(self, other):
        return True

    def tobytes(self):
        return b"right"


def f(x):
    return x.view(Right)
