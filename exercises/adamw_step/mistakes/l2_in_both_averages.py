"""You added the decay to the gradient: that is Adam with L2. AdamW leaves the averages alone and shrinks the
parameter."""

import numpy as np


def adamw_step(param, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
    beta1, beta2 = betas
    t = state.get("step", 0) + 1
    grad = grad + weight_decay * param
    m = beta1 * state.get("exp_avg", 0) + (1 - beta1) * grad
    v = beta2 * state.get("exp_avg_sq", 0) + (1 - beta2) * grad**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    param = param - lr * m_hat / (np.sqrt(v_hat) + eps)
    return param, {"step": t, "exp_avg": m, "exp_avg_sq": v}
