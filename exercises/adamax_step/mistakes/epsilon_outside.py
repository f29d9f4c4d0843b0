"""You added epsilon to u when dividing, as Keras does. PyTorch adds it to |d|, inside the maximum."""

import numpy as np


def adamax_step(param, grad, state, *, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0):
    beta1, beta2 = betas
    t = state.get("step", 0) + 1
    d = grad + weight_decay * param
    m = beta1 * state.get("exp_avg", 0) + (1 - beta1) * d
    u = np.maximum(beta2 * state.get("exp_inf", 0), np.abs(d))
    param = param - lr / (1 - beta1**t) * m / (u + eps)
    return param, {"step": t, "exp_avg": m, "exp_inf": u}
