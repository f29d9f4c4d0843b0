import numpy as np


def sgd_momentum_step(param, grad, state, *, lr=1e-3, momentum=0, dampening=0, weight_decay=0):
    """The parameter after a step along the buffer of gradients, and the state with the new buffer."""
    # weight decay pulls towards 0, as a part of the gradient
    d = grad + weight_decay * param
    if momentum == 0:
        return param - lr * d, state

    # a part of the buffer is kept, a part of the gradient comes in
    buffer = state.get("momentum_buffer", np.zeros_like(param))
    buffer = momentum * buffer + (1 - dampening) * d
    return param - lr * buffer, {"momentum_buffer": buffer}
