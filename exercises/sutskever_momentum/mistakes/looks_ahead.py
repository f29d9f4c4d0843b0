"""You stepped along momentum times the new velocity and the gradient: that is Nesterov. The plain step is the
velocity itself."""

import numpy as np


def sutskever_momentum(param, grad, state, *, lr=0.01, momentum=0.0):
    velocity = momentum * state.get("velocity", np.zeros_like(param)) - lr * grad
    return param + momentum * velocity - lr * grad, {"velocity": velocity}
