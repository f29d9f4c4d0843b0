import numpy as np


def sgd_step(param, grad, *, lr=1e-3, weight_decay=0, maximize=False):
    """The parameter after a step against the gradient."""
    ...
