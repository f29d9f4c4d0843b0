"""You moved by momentum times the velocity alone. The gradient counts once more: − lr · grad."""

import numpy as np


def classical_nesterov(param, grad, state, *, lr=0.01, momentum=0.9):
    velocity = momentum * state.get("velocity", np.zeros_like(param)) - lr * grad
    return param + momentum * velocity, {"velocity": velocity}
