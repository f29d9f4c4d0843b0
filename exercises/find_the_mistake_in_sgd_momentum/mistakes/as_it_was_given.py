"""These are the answers of the function as you were given it. Look at the buffer after the first update: what should it
be, and what is it?"""

import numpy as np


def sgd_momentum_step(param, grad, state, *, lr=1e-3, momentum=0, dampening=0, weight_decay=0):
    d = grad + weight_decay * param
    if momentum == 0:
        return param - lr * d, state
    buffer = state.get("momentum_buffer", np.zeros_like(param))
    buffer = momentum * buffer + (1 - dampening) * d
    return param - lr * buffer, {"momentum_buffer": buffer}
