"""You took the dampening out. The first update is right now, but from the second on only 1 − dampening of the gradient
comes in."""


def sgd_momentum_step(param, grad, state, *, lr=1e-3, momentum=0, dampening=0, weight_decay=0):
    d = grad + weight_decay * param
    if momentum == 0:
        return param - lr * d, state
    if "momentum_buffer" in state:
        buffer = momentum * state["momentum_buffer"] + d
    else:
        buffer = d
    return param - lr * buffer, {"momentum_buffer": buffer}
