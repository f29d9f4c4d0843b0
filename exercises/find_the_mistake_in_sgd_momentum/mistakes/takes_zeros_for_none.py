"""You took a buffer of zeros for none at all. A buffer can come to rest at 0 later on; ask whether the state holds
one."""

import numpy as np


def sgd_momentum_step(param, grad, state, *, lr=1e-3, momentum=0, dampening=0, weight_decay=0):
    d = grad + weight_decay * param
    if momentum == 0:
        return param - lr * d, state
    buffer = state.get("momentum_buffer", np.zeros_like(param))
    buffer = momentum * buffer + (1 - dampening) * d if np.any(buffer) else d
    return param - lr * buffer, {"momentum_buffer": buffer}
