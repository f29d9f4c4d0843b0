"""You left the learning rate out of what you remember, as PyTorch does. Here it belongs into the velocity, with the
minus."""

import numpy as np


def sutskever_momentum(param, grad, state, *, lr=0.01, momentum=0.0):
    buffer = momentum * state.get("velocity", np.zeros_like(param)) + grad
    return param - lr * buffer, {"velocity": buffer}
