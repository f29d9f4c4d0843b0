"""Your parameter is right, but your velocity has the other sign: the minus belongs into it."""

import numpy as np


def classical_nesterov(param, grad, state, *, lr=0.01, momentum=0.9):
    velocity = momentum * state.get("velocity", np.zeros_like(param)) + lr * grad
    return param - momentum * velocity - lr * grad, {"velocity": velocity}
