"""You read state["momentum_buffer"] at the first update, where the state is still empty. Ask first whether it is
there."""


def sgd_momentum_step(param, grad, state, *, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False):
    d = grad + weight_decay * param
    if momentum == 0:
        return param - lr * d, state
    buffer = momentum * state["momentum_buffer"] + (1 - dampening) * d
    u = d + momentum * buffer if nesterov else buffer
    return param - lr * u, {"momentum_buffer": buffer}
