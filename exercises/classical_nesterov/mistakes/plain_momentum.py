"""You moved by the velocity. Nesterov moves by momentum times the new velocity, and −lr times the gradient once
more."""

import numpy as np


def classical_nesterov(param, grad, state, *, lr=0.01, momentum=0.9):
    velocity = momentum * state.get("velocity", np.zeros_like(param)) - lr * grad
    return param + velocity, {"velocity": velocity}
