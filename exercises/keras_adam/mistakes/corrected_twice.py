"""You corrected the averages and the learning rate. One of the two is enough: here only the rate."""

import numpy as np


def keras_adam(param, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-7):
    beta1, beta2 = betas
    zeros = np.zeros_like(param)
    t = state.get("step", 0) + 1
    m = beta1 * state.get("exp_avg", zeros) + (1 - beta1) * grad
    v = beta2 * state.get("exp_avg_sq", zeros) + (1 - beta2) * grad**2
    c1, c2 = 1 - beta1**t, 1 - beta2**t
    rate = lr * np.sqrt(c2) / c1
    return param - rate * (m / c1) / (np.sqrt(v / c2) + eps), {"step": t, "exp_avg": m, "exp_avg_sq": v}
