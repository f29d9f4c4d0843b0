"""You used a whole array as a condition. Ask whether the buffer is there: "momentum_buffer" in state, or state.get(…)
is not None."""


def sgd_momentum_step(param, grad, state, *, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False):
    d = grad + weight_decay * param
    if momentum == 0:
        return param - lr * d, state
    if state.get("momentum_buffer"):
        buffer = momentum * state["momentum_buffer"] + (1 - dampening) * d
    else:
        buffer = d
    u = d + momentum * buffer if nesterov else buffer
    return param - lr * u, {"momentum_buffer": buffer}
