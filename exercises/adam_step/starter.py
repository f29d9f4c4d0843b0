import numpy as np


def adam_step(param, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0):
    """The parameter after a step along corrected average over corrected size, and the new state."""
    ...
