"""You multiplied the rate by the same factor each time. It is lr divided by 1 + (t − 1) · lr_decay."""

import numpy as np


def adagrad_step(param, grad, state, *, lr=1e-2, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10):
    t = state.get("step", 0) + 1
    d = grad + weight_decay * param
    total = state.get("sum", initial_accumulator_value) + d**2
    rate = lr / (1 + lr_decay) ** (t - 1)
    return param - rate * d / (np.sqrt(total) + eps), {"step": t, "sum": total}
