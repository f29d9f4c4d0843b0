"""You turned the fraction round. The correction of m divides, that of v multiplies, since v stands below the line."""

import numpy as np


def keras_adam(param, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-7):
    beta1, beta2 = betas
    zeros = np.zeros_like(param)
    t = state.get("step", 0) + 1
    m = beta1 * state.get("exp_avg", zeros) + (1 - beta1) * grad
    v = beta2 * state.get("exp_avg_sq", zeros) + (1 - beta2) * grad**2
    rate = lr * (1 - beta1**t) / np.sqrt(1 - beta2**t)
    return param - rate * m / (np.sqrt(v) + eps), {"step": t, "exp_avg": m, "exp_avg_sq": v}
