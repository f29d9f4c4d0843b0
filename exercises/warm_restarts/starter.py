import numpy as np


def warm_restarts(steps, lr, *, T_0, T_mult=1, eta_min=0.0):
    """The learning rate of each epoch: cosine waves one after the other, each from the top."""
    ...
