import numpy as np


def asgd_step(param, grad, state, *, lr=1e-2, lambd=1e-4, alpha=0.75, t0=1e6, weight_decay=0):
    """The parameter after a step of SGD, and the state with the average of the path and the next rates."""
    ...
