"""You worked r out before you knew whether it is needed. With β₂ = 0.6 ρ∞ is 4, and you divided by ρ∞ − 4 = 0."""

import numpy as np


def radam_step(param, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0):
    beta1, beta2 = betas
    t = state.get("step", 0) + 1
    d = grad + weight_decay * param
    m = beta1 * state.get("exp_avg", 0) + (1 - beta1) * d
    v = beta2 * state.get("exp_avg_sq", 0) + (1 - beta2) * d**2
    step = lr * m / (1 - beta1**t)
    most = 2 / (1 - beta2) - 1
    memory = most - 2 * t * beta2**t / (1 - beta2**t)
    r2 = (memory - 4) * (memory - 2) * most / ((most - 4) * (most - 2) * memory)
    if memory > 5:
        r = np.sqrt(r2)
        step = step * r * np.sqrt(1 - beta2**t) / (np.sqrt(v) + eps)
    return param - step, {"step": t, "exp_avg": m, "exp_avg_sq": v}
