"""Two sorts of weight decay in Adam.

The two differ in two lines: what the gradient is, and from where the step starts. “Only the decay acts” shows
what that means: L2 takes a step of one learning rate from every weight, large or small, and so it is no decay at
all.
"""

import numpy as np


def adam_with_decay(param, grad, state, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, decoupled=True):
    """The parameter after one step of AdamW, or of Adam with L2 decay, and the new state."""
    beta1, beta2 = betas
    zeros = np.zeros_like(param)
    t = state.get("step", 0) + 1
    if decoupled:
        param = (1 - lr * weight_decay) * param
    else:
        grad = grad + weight_decay * param  # a new array: += would change the caller's
    m = beta1 * state.get("exp_avg", zeros) + (1 - beta1) * grad
    v = beta2 * state.get("exp_avg_sq", zeros) + (1 - beta2) * grad**2
    step = lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return param - step, {"step": t, "exp_avg": m, "exp_avg_sq": v}
