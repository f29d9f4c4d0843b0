import numpy as np


def nadam_step(param, grad, state, *, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, momentum_decay=4e-3):
    """The parameter after a step along a mix of gradient and average over the usual size, and the new state."""
    ...
