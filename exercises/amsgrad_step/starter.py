import numpy as np


def amsgrad_step(param, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, amsgrad=False):
    """The parameter after a step divided by the largest usual size so far, and the new state."""
    ...
