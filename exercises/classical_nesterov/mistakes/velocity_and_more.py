"""You added the whole velocity and momentum times it again. The old share, momentum times the old velocity, was in
the parameter already."""

import numpy as np


def classical_nesterov(param, grad, state, *, lr=0.01, momentum=0.9):
    velocity = momentum * state.get("velocity", np.zeros_like(param)) - lr * grad
    return param + (1 + momentum) * velocity, {"velocity": velocity}
