"""You multiplied by gamma's power in every mode. It counts in exp_range only."""

import numpy as np


def cyclic_lr(steps, base_lr, max_lr, *, step_size_up=2000, step_size_down=None, mode="triangular", gamma=1.0):
    up = step_size_up
    down = up if step_size_down is None else step_size_down
    step = np.arange(steps)
    cycle, place = step // (up + down), step % (up + down)
    height = np.where(place <= up, place / up, (up + down - place) / down)
    scale = gamma**step * (0.5**cycle if mode == "triangular2" else 1.0)
    return base_lr + (max_lr - base_lr) * height * scale
