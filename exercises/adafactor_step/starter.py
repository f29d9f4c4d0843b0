import numpy as np


def adafactor_step(param, grad, state, *, lr=1e-2, beta2_decay=-0.8, eps=(2.0**-52, 1e-3), d=1.0, weight_decay=0):
    """The matrix after a step divided by row and column estimates of its gradient's size, and the new state."""
    ...
