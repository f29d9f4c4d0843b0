"""Your step stays at 1. Put t into the state, and count on from what it holds."""

import numpy as np


def adam_step(param, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0):
    beta1, beta2 = betas
    t = 1
    d = grad + weight_decay * param
    m = beta1 * state.get("exp_avg", 0) + (1 - beta1) * d
    v = beta2 * state.get("exp_avg_sq", 0) + (1 - beta2) * d**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    param = param - lr * m_hat / (np.sqrt(v_hat) + eps)
    return param, {"step": t, "exp_avg": m, "exp_avg_sq": v}
