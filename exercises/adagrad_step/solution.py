"""Adagrad.

The sum never shrinks, so the steps only get smaller: good for rare features, and the reason why RMSprop and Adam
forget. `+` and `**` make new arrays; `state["sum"] += …` would have changed the one that was handed in.
"""

import numpy as np


def adagrad_step(param, grad, state, *, lr=1e-2, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10):
    """The parameter after a step that is divided by the root of the sum of squares, and the new state."""
    t = state.get("step", 0) + 1
    d = grad + weight_decay * param
    total = state.get("sum", initial_accumulator_value) + d**2
    rate = lr / (1 + (t - 1) * lr_decay)
    return param - rate * d / (np.sqrt(total) + eps), {"step": t, "sum": total}
