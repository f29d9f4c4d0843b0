"""One cycle (OneCycleLR).

Both ways have the same shape, so one small function serves both; only the corners differ. Each way is computed
for all steps, and np.where picks: beyond its ends a way gives nonsense, which is not picked.

PyTorch lets momentum go the other way at the same time, from 0.95 down to 0.85 and back.
"""

import numpy as np


def one_cycle_lr(
    steps, max_lr, total_steps, *, pct_start=0.3, anneal_strategy="cos", div_factor=25.0, final_div_factor=1e4
):
    """The learning rate of each step: once up, and down to nearly nothing."""
    first = max_lr / div_factor
    last = first / final_div_factor
    top, end = pct_start * total_steps - 1, total_steps - 1

    def way(part):
        return (1 - np.cos(np.pi * part)) / 2 if anneal_strategy == "cos" else part

    step = np.arange(steps)
    up = first + (max_lr - first) * way(step / top)
    down = max_lr + (last - max_lr) * way((step - top) / (end - top))
    return np.where(step <= top, up, down)
