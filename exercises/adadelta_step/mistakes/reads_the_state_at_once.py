"""You read state["square_avg"] at the first update, where the state is still empty. state.get("square_avg", 0) gives 0
there."""

import numpy as np


def adadelta_step(param, grad, state, *, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0):
    d = grad + weight_decay * param
    v = rho * state["square_avg"] + (1 - rho) * d**2
    u = state.get("acc_delta", 0)
    delta = np.sqrt(u + eps) / np.sqrt(v + eps) * d
    u = rho * u + (1 - rho) * delta**2
    return param - lr * delta, {"step": state.get("step", 0) + 1, "square_avg": v, "acc_delta": u}
