import numpy as np


def rprop_step(param, grad, state, *, lr=1e-2, etas=(0.5, 1.2), step_sizes=(1e-6, 50)):
    """The parameter after a step of each element's own size against the sign, and the new state."""
    ...
