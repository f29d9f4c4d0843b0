import numpy as np


def minibatch_loop(start, X, y, order, *, batch_size=2, lr=0.1):
    """The weights after each epoch of minibatch gradient descent, the start first."""
    ...
