"""You kept 1 − rho of the old average. rho is the part that is kept, 1 − rho the weight of the new square."""

import numpy as np


def tensorflow_rmsprop(param, grad, state, *, lr=1e-3, rho=0.9, eps=1e-7, momentum=0.0):
    zeros = np.zeros_like(param)
    square_avg = (1 - rho) * state.get("square_avg", zeros) + rho * grad**2
    move = momentum * state.get("move", zeros) + lr * grad / np.sqrt(square_avg + eps)
    return param - move, {"square_avg": square_avg, "move": move}
