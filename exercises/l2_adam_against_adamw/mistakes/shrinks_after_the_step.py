"""You shrank the new parameter, so the step is shortened too. Shrink first, then step."""

import numpy as np


def adam_with_decay(param, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, decoupled=True):
    beta1, beta2 = betas
    zeros = np.zeros_like(param)
    t = state.get("step", 0) + 1
    g = grad if decoupled else grad + weight_decay * param
    m = beta1 * state.get("exp_avg", zeros) + (1 - beta1) * g
    v = beta2 * state.get("exp_avg_sq", zeros) + (1 - beta2) * g**2
    size = np.sqrt(v / (1 - beta2**t)) + eps
    start = param
    new = start - lr * m / (1 - beta1**t) / size
    new = new * (1 - lr * weight_decay) if decoupled else new
    return new, {"step": t, "exp_avg": m, "exp_avg_sq": v}
