"""You cut each element of u at d. The whole step is divided, once, by RMS(u)/d."""

import numpy as np


def adafactor_step(param, grad, state, *, lr=1e-2, beta2_decay=-0.8, eps=(2.0**-52, 1e-3), d=1.0, weight_decay=0):
    eps1, eps2 = eps
    t = state.get("step", 0) + 1
    alpha = max(eps2, rms(param)) * min(lr, 1 / np.sqrt(t))
    param = (1 - lr * weight_decay) * param
    share = t**beta2_decay
    row = (1 - share) * state.get("row_var", 0) + share * np.mean(grad**2, axis=1, keepdims=True)
    col = (1 - share) * state.get("col_var", 0) + share * np.mean(grad**2, axis=0, keepdims=True)
    estimate = row * col / max(np.mean(row), eps1)
    u = grad / np.sqrt(np.maximum(estimate, eps1**2))
    param = param - alpha * np.clip(u, -d, d)
    return param, {"step": t, "row_var": row, "col_var": col}


def rms(values):
    return np.sqrt(np.mean(values**2))
