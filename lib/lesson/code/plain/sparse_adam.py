"""SparseAdam: Adam for the rows that have a gradient. All others rest, their averages too."""

import numpy as np


def sparse_adam_step(param, rows, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    """The parameter after one update and the new state. `grad[k]` belongs to the row `rows[k]`; each row comes once."""
    beta1, beta2 = betas
    t = state.get("step", 0) + 1
    m = np.array(state.get("exp_avg", np.zeros_like(param)))
    v = np.array(state.get("exp_avg_sq", np.zeros_like(param)))
    m[rows] = beta1 * m[rows] + (1 - beta1) * grad
    v[rows] = beta2 * v[rows] + (1 - beta2) * grad**2
    rate = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    new = np.array(param)
    new[rows] = param[rows] - rate * m[rows] / (np.sqrt(v[rows]) + eps)
    return new, {"step": t, "exp_avg": m, "exp_avg_sq": v}
