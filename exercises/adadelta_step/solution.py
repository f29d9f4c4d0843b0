"""Adadelta.

Epsilon does more here than keep a zero away: u starts at 0, so the first steps are √ε long, and a small epsilon means a
slow start. The step of this update uses the u of the last one, for it is not known yet how long it will be itself.
"""

import numpy as np


def adadelta_step(param, grad, state, *, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0):
    """The parameter after a step scaled by earlier steps over earlier gradients, and the new state."""
    d = grad + weight_decay * param
    v = rho * state.get("square_avg", 0) + (1 - rho) * d**2
    u = state.get("acc_delta", 0)
    delta = np.sqrt(u + eps) / np.sqrt(v + eps) * d
    u = rho * u + (1 - rho) * delta**2
    return param - lr * delta, {"step": state.get("step", 0) + 1, "square_avg": v, "acc_delta": u}
