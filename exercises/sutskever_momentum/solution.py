"""Momentum as Keras has it.

With a constant learning rate this velocity is −γ times PyTorch's buffer, and the parameters are the same. After a
drop they part: PyTorch's next step is shorter at once, this one rolls on with the old speed for a while.
"""

import numpy as np


def sutskever_momentum(param, grad, state, *, lr=0.01, momentum=0.0):
    """The parameter after one step along its velocity, and the new state."""
    velocity = momentum * state.get("velocity", np.zeros_like(param)) - lr * grad
    return param + velocity, {"velocity": velocity}
