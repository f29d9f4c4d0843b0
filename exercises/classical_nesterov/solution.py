"""Nesterov as Keras has it.

Where the form comes from: Nesterov moves x by v' = μv − γg with the gradient at θ = x + μv. Then θ' = x' + μv' =
(θ − μv) + v' + μv', and v' − μv is −γg. With a constant learning rate PyTorch's form gives the same parameters.
"""

import numpy as np


def classical_nesterov(param, grad, state, *, lr=0.01, momentum=0.9):
    """The looked-ahead parameter after one Nesterov step, and the new state."""
    velocity = momentum * state.get("velocity", np.zeros_like(param)) - lr * grad
    return param + momentum * velocity - lr * grad, {"velocity": velocity}
