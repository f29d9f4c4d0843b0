"""The first buffer is the whole gradient.

A buffer of zeros looks like a harmless start, but then the first gradient is dampened as well. PyTorch starts with all
of it, as if it had been there for ever: with dampening equal to momentum the buffer is an average that needs no bias
correction as long as the gradient stays the same.
"""


def sgd_momentum_step(param, grad, state, *, lr=1e-3, momentum=0, dampening=0, weight_decay=0):
    """The parameter after a step along the buffer of gradients, and the state with the new buffer."""
    d = grad + weight_decay * param
    if momentum == 0:
        return param - lr * d, state
    if "momentum_buffer" in state:
        buffer = momentum * state["momentum_buffer"] + (1 - dampening) * d
    else:
        buffer = d
    return param - lr * buffer, {"momentum_buffer": buffer}
