"""You start the buffer with the bare gradient. It is d, the gradient with its weight decay."""


def sgd_momentum_step(param, grad, state, *, lr=1e-3, momentum=0, dampening=0, weight_decay=0):
    d = grad + weight_decay * param
    if momentum == 0:
        return param - lr * d, state
    if "momentum_buffer" in state:
        buffer = momentum * state["momentum_buffer"] + (1 - dampening) * d
    else:
        buffer = grad
    return param - lr * buffer, {"momentum_buffer": buffer}
