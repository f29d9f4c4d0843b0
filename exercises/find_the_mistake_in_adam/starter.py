import numpy as np


def adam_step(param, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    """The parameter after a step along the average gradient over its usual size, and the new state."""
    beta1, beta2 = betas
    t = state.get("step", 0) + 1

    # running averages of the gradient and of its square
    m = beta1 * state.get("exp_avg", 0.0) + (1 - beta1) * grad
    v = beta2 * state.get("exp_avg_sq", 0.0) + (1 - beta2) * grad**2

    # both start at 0: make up for it
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)

    # epsilon keeps the division from 0
    size = np.sqrt(v_hat + eps)
    return param - lr * m_hat / size, {"step": t, "exp_avg": m, "exp_avg_sq": v}
