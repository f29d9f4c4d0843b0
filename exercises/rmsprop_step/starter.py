import numpy as np


def rmsprop_step(param, grad, state, *, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False):
    """The parameter after a step divided by the gradient's usual size, and the new state."""
    ...
