"""You put epsilon into the average that you keep. It is added only where the root is taken, and the state stays
without it."""

import numpy as np


def tensorflow_rmsprop(param, grad, state, *, lr=1e-3, rho=0.9, eps=1e-7, momentum=0.0):
    zeros = np.zeros_like(param)
    square_avg = rho * state.get("square_avg", zeros) + (1 - rho) * grad**2 + eps
    move = momentum * state.get("move", zeros) + lr * grad / np.sqrt(square_avg)
    return param - move, {"square_avg": square_avg, "move": move}
