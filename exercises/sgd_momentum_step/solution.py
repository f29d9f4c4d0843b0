"""SGD with momentum.

The first buffer is the whole gradient, not (1 − dampening) times it: that is why asking whether there is a buffer
cannot be replaced by starting at 0. And it is the decayed gradient that enters the buffer, so weight decay rolls on as
well.
"""


def sgd_momentum_step(param, grad, state, *, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False):
    """The parameter after a step along the buffer of gradients, and the state with the new buffer."""
    d = grad + weight_decay * param
    if momentum == 0:
        return param - lr * d, state
    if "momentum_buffer" in state:
        buffer = momentum * state["momentum_buffer"] + (1 - dampening) * d
    else:
        buffer = d
    u = d + momentum * buffer if nesterov else buffer
    return param - lr * u, {"momentum_buffer": buffer}
