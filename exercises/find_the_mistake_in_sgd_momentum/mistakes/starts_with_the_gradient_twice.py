"""You start with the gradient as the old buffer, and then add it once more. In the first update the buffer is d and
nothing else."""


def sgd_momentum_step(param, grad, state, *, lr=1e-3, momentum=0, dampening=0, weight_decay=0):
    d = grad + weight_decay * param
    if momentum == 0:
        return param - lr * d, state
    buffer = momentum * state.get("momentum_buffer", d) + (1 - dampening) * d
    return param - lr * buffer, {"momentum_buffer": buffer}
