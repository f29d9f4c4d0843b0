"""You step along the whole first gradient, but still remember the dampened one. The buffer itself is d in the first
update."""

import numpy as np


def sgd_momentum_step(param, grad, state, *, lr=1e-3, momentum=0, dampening=0, weight_decay=0):
    d = grad + weight_decay * param
    if momentum == 0:
        return param - lr * d, state
    buffer = momentum * state.get("momentum_buffer", np.zeros_like(param)) + (1 - dampening) * d
    return param - lr * (buffer if "momentum_buffer" in state else d), {"momentum_buffer": buffer}
