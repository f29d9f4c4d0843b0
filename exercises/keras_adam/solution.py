"""Adam as Keras has it.

Multiply numerator and denominator of PyTorch's step by √(1 − β₂ᵗ): its epsilon becomes ε · √(1 − β₂ᵗ). So this
epsilon hat is PyTorch's epsilon only once β₂ᵗ has died away; at the first update, with β₂ = 0.999, it weighs 32
times as much.
"""

import numpy as np


def keras_adam(param, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-7):
    """The parameter after one step of Adam as Keras has it, and the new state."""
    beta1, beta2 = betas
    zeros = np.zeros_like(param)
    t = state.get("step", 0) + 1
    m = beta1 * state.get("exp_avg", zeros) + (1 - beta1) * grad
    v = beta2 * state.get("exp_avg_sq", zeros) + (1 - beta2) * grad**2
    rate = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return param - rate * m / (np.sqrt(v) + eps), {"step": t, "exp_avg": m, "exp_avg_sq": v}
