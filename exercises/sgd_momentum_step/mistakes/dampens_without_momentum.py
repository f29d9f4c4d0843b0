"""You dampened where there is no buffer. With momentum 0 the step goes along the whole gradient."""


def sgd_momentum_step(param, grad, state, *, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False):
    d = grad + weight_decay * param
    if momentum == 0:
        return param - lr * (1 - dampening) * d, state
    if "momentum_buffer" in state:
        buffer = momentum * state["momentum_buffer"] + (1 - dampening) * d
    else:
        buffer = d
    u = d + momentum * buffer if nesterov else buffer
    return param - lr * u, {"momentum_buffer": buffer}
