import numpy as np


def classical_nesterov(param, grad, state, *, lr=0.01, momentum=0.9):
    """The looked-ahead parameter after one Nesterov step, and the new state."""
    ...
