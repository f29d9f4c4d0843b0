"""You left the learning rate out of the buffer, as PyTorch does. Here the buffer holds finished moves: the rate goes
in."""

import numpy as np


def tensorflow_rmsprop(param, grad, state, *, lr=1e-3, rho=0.9, eps=1e-7, momentum=0.0):
    zeros = np.zeros_like(param)
    square_avg = rho * state.get("square_avg", zeros) + (1 - rho) * grad**2
    move = momentum * state.get("move", zeros) + grad / np.sqrt(square_avg + eps)
    return param - lr * move, {"square_avg": square_avg, "move": move}
