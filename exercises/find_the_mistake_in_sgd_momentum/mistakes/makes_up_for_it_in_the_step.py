"""You divide the step by 1 − dampening. The first step is right then, but the buffer is not, and all later steps are
too long."""

import numpy as np


def sgd_momentum_step(param, grad, state, *, lr=1e-3, momentum=0, dampening=0, weight_decay=0):
    d = grad + weight_decay * param
    if momentum == 0:
        return param - lr * d, state
    buffer = state.get("momentum_buffer", np.zeros_like(param))
    buffer = momentum * buffer + (1 - dampening) * d
    return param - lr / (1 - dampening) * buffer, {"momentum_buffer": buffer}
