"""You read state["step"] at the first update, where the state is still empty. state.get("step", 0) gives 0 there."""

import numpy as np


def adagrad_step(param, grad, state, *, lr=1e-2, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10):
    t = state["step"] + 1
    d = grad + weight_decay * param
    total = state.get("sum", initial_accumulator_value) + d**2
    rate = lr / (1 + (t - 1) * lr_decay)
    return param - rate * d / (np.sqrt(total) + eps), {"step": t, "sum": total}
