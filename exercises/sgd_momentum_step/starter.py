import numpy as np


def sgd_momentum_step(param, grad, state, *, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False):
    """The parameter after a step along the buffer of gradients, and the state with the new buffer."""
    ...
