"""Your step stays at 1. Count on from what the state holds: state.get("step", 0) + 1."""

import numpy as np


def adadelta_step(param, grad, state, *, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0):
    d = grad + weight_decay * param
    v = rho * state.get("square_avg", 0) + (1 - rho) * d**2
    u = state.get("acc_delta", 0)
    delta = np.sqrt(u + eps) / np.sqrt(v + eps) * d
    u = rho * u + (1 - rho) * delta**2
    return param - lr * delta, {"step": 1, "square_avg": v, "acc_delta": u}
