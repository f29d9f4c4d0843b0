"""You fitted the whole schedule into the steps that are asked for. It takes total_steps, of which `steps` are
followed."""

import numpy as np


def one_cycle_lr(
    steps, max_lr, total_steps, *, pct_start=0.3, anneal_strategy="cos", div_factor=25.0, final_div_factor=1e4
):
    first = max_lr / div_factor
    last = first / final_div_factor
    top, end = max(pct_start * steps - 1, 0.25), max(steps - 1, 1)

    def way(part):
        return (1 - np.cos(np.pi * part)) / 2 if anneal_strategy == "cos" else part

    step = np.arange(steps)
    up = first + (max_lr - first) * way(step / top)
    down = max_lr + (last - max_lr) * way((step - top) / (end - top))
    return np.where(step <= top, up, down)
