"""You divided by the root of the old average. The present gradient goes into it first."""

import numpy as np


def tensorflow_rmsprop(param, grad, state, *, lr=1e-3, rho=0.9, eps=1e-7, momentum=0.0):
    zeros = np.zeros_like(param)
    old = state.get("square_avg", zeros)
    move = momentum * state.get("move", zeros) + lr * grad / np.sqrt(old + eps)
    return param - move, {"square_avg": rho * old + (1 - rho) * grad**2, "move": move}
