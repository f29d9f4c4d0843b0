"""You kept Nesterov's direction as the buffer. It is only for this step; the buffer goes on without it."""


def sgd_momentum_step(param, grad, state, *, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False):
    d = grad + weight_decay * param
    if momentum == 0:
        return param - lr * d, state
    if "momentum_buffer" in state:
        buffer = momentum * state["momentum_buffer"] + (1 - dampening) * d
    else:
        buffer = d
    u = d + momentum * buffer if nesterov else buffer
    return param - lr * u, {"momentum_buffer": u}
