import numpy as np


def adagrad_step(param, grad, state, *, lr=1e-2, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10):
    """The parameter after a step that is divided by the root of the sum of squares, and the new state."""
    ...
