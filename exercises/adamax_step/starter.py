import numpy as np


def adamax_step(param, grad, state, *, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0):
    """The parameter after a step along the average over the largest fading size, and the new state."""
    ...
