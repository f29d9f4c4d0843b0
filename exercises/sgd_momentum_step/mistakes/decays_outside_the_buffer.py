"""You added the decay after the buffer. It belongs to the gradient, so it goes into the buffer and is carried
along."""


def sgd_momentum_step(param, grad, state, *, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False):
    if momentum == 0:
        return param - lr * (grad + weight_decay * param), state
    d = grad
    if "momentum_buffer" in state:
        buffer = momentum * state["momentum_buffer"] + (1 - dampening) * d
    else:
        buffer = d
    u = d + momentum * buffer if nesterov else buffer
    return param - lr * (u + weight_decay * param), {"momentum_buffer": buffer}
