"""Your parameter is right, but your velocity has the other sign. Here the minus is in the velocity: v = μv − γg, and
v is added."""

import numpy as np


def sutskever_momentum(param, grad, state, *, lr=0.01, momentum=0.0):
    velocity = momentum * state.get("velocity", np.zeros_like(param)) + lr * grad
    return param - velocity, {"velocity": velocity}
