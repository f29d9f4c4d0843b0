"""RMSprop as TensorFlow has it.

To take settings over to PyTorch: rho is alpha, and an epsilon of e here weighs on a small average as √e does
there. There is no bias correction, so the first move is 1/√(1 − ρ) learning rates long, in either form.
"""

import numpy as np


def tensorflow_rmsprop(param, grad, state, *, lr=1e-3, rho=0.9, eps=1e-7, momentum=0.0):
    """The parameter after one step of RMSprop as TensorFlow has it, and the new state."""
    zeros = np.zeros_like(param)
    square_avg = rho * state.get("square_avg", zeros) + (1 - rho) * grad**2
    move = momentum * state.get("move", zeros) + lr * grad / np.sqrt(square_avg + eps)
    return param - move, {"square_avg": square_avg, "move": move}
