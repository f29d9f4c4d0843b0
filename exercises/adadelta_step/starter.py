import numpy as np


def adadelta_step(param, grad, state, *, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0):
    """The parameter after a step scaled by earlier steps over earlier gradients, and the new state."""
    ...
