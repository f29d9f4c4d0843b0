import numpy as np


def radam_step(param, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0):
    """The parameter after a step along the average, divided once the memory is long enough, and the new state."""
    ...
