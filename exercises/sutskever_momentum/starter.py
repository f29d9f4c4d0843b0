import numpy as np


def sutskever_momentum(param, grad, state, *, lr=0.01, momentum=0.0):
    """The parameter after one step along its velocity, and the new state."""
    ...
