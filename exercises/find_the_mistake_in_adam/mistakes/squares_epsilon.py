"""You left epsilon under the root and squared it. That is right where the gradient is 0; elsewhere √(v + ε²) is less
than √v + ε."""

import numpy as np


def adam_step(param, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    beta1, beta2 = betas
    t = state.get("step", 0) + 1
    m = beta1 * state.get("exp_avg", 0.0) + (1 - beta1) * grad
    v = beta2 * state.get("exp_avg_sq", 0.0) + (1 - beta2) * grad**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    size = np.sqrt(v_hat + eps**2)
    return param - lr * m_hat / size, {"step": t, "exp_avg": m, "exp_avg_sq": v}
