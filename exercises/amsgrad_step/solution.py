"""AMSGrad.

The maximum is taken of the uncorrected averages and corrected afterwards, as PyTorch does it; Optax corrects first, and
the paper not at all. np.maximum also takes the 0 that stands for “nothing yet”.
"""

import numpy as np


def amsgrad_step(param, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, amsgrad=False):
    """The parameter after a step divided by the largest usual size so far, and the new state."""
    beta1, beta2 = betas
    t = state.get("step", 0) + 1
    m = beta1 * state.get("exp_avg", 0) + (1 - beta1) * grad
    v = beta2 * state.get("exp_avg_sq", 0) + (1 - beta2) * grad**2
    new = {"step": t, "exp_avg": m, "exp_avg_sq": v}
    if amsgrad:
        v = new["max_exp_avg_sq"] = np.maximum(state.get("max_exp_avg_sq", 0), v)
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return param - lr * m_hat / (np.sqrt(v_hat) + eps), new
