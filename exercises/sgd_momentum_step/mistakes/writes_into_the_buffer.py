"""At the first update your buffer and d are the same array, so d += … changed the buffer as well. Make a new array: d
+ momentum · buffer."""


def sgd_momentum_step(param, grad, state, *, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False):
    d = grad + weight_decay * param
    if momentum == 0:
        return param - lr * d, state
    if "momentum_buffer" in state:
        buffer = momentum * state["momentum_buffer"] + (1 - dampening) * d
    else:
        buffer = d
    u = buffer
    if nesterov:
        d += momentum * buffer
        u = d
    return param - lr * u, {"momentum_buffer": buffer}
