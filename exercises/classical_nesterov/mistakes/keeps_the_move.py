"""You kept the move in the state. What is remembered is the velocity; the move is made from it afresh each time."""

import numpy as np


def classical_nesterov(param, grad, state, *, lr=0.01, momentum=0.9):
    velocity = momentum * state.get("velocity", np.zeros_like(param)) - lr * grad
    move = momentum * velocity - lr * grad
    return param + move, {"velocity": move}
