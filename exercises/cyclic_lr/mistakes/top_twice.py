"""You stand on top, and at the bottom, for two steps. A way up of a steps has its top in step a, and the next step
goes down."""

import numpy as np


def cyclic_lr(steps, base_lr, max_lr, *, step_size_up=2000, step_size_down=None, mode="triangular", gamma=1.0):
    up = step_size_up
    down = up if step_size_down is None else step_size_down
    step = np.arange(steps)
    length = up + down + 2
    cycle, place = step // length, step % length
    height = np.where(place <= up, place / up, (length - 1 - place) / down)
    scale = {"triangular": 1.0, "triangular2": 0.5**cycle, "exp_range": gamma**step}[mode]
    return base_lr + (max_lr - base_lr) * height * scale
