"""You corrected the average for its start at 0, as Adam does. RMSprop does not."""

import numpy as np


def tensorflow_rmsprop(param, grad, state, *, lr=1e-3, rho=0.9, eps=1e-7, momentum=0.0):
    zeros = np.zeros_like(param)
    square_avg = rho * state.get("square_avg", zeros) + (1 - rho) * grad**2
    step = state.get("step", 0) + 1
    move = momentum * state.get("move", zeros) + lr * grad / np.sqrt(square_avg / (1 - rho**step) + eps)
    return param - move, {"square_avg": square_avg, "move": move, "step": step}
