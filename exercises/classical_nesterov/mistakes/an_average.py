"""You weighted the gradient by 1 − momentum. It counts whole, times the learning rate."""

import numpy as np


def classical_nesterov(param, grad, state, *, lr=0.01, momentum=0.9):
    velocity = momentum * state.get("velocity", np.zeros_like(param)) - (1 - momentum) * lr * grad
    return param + momentum * velocity - lr * grad, {"velocity": velocity}
