"""You stepped with the velocity of the update before. First renew it, then add it."""

import numpy as np


def sutskever_momentum(param, grad, state, *, lr=0.01, momentum=0.0):
    old = state.get("velocity", np.zeros_like(param))
    return param + old, {"velocity": momentum * old - lr * grad}
