import numpy as np


def polynomial_lr(steps, lr, *, total_iters=5, power=1.0):
    """The learning rate of each epoch: the part of the time that is left, to a power."""
    ...
