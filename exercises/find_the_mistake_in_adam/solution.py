"""Epsilon is added after the root.

Under the root 10⁻⁸ counts like 10⁻⁴ outside: every gradient below that is too small to be noticed. With ordinary
gradients the two cannot be told apart, so the mistake sleeps until a gradient is tiny. Some optimizers do have epsilon
under the root (Adadelta in PyTorch, RMSprop in Keras): when you move a run, eps has to move with the formula.
"""

import numpy as np


def adam_step(param, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    """The parameter after a step along the average gradient over its usual size, and the new state."""
    beta1, beta2 = betas
    t = state.get("step", 0) + 1
    m = beta1 * state.get("exp_avg", 0.0) + (1 - beta1) * grad
    v = beta2 * state.get("exp_avg_sq", 0.0) + (1 - beta2) * grad**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    size = np.sqrt(v_hat) + eps
    return param - lr * m_hat / size, {"step": t, "exp_avg": m, "exp_avg_sq": v}
