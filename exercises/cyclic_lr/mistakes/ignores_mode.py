"""You made all tops alike. triangular2 halves them from cycle to cycle, exp_range takes gamma to the power of the
step."""

import numpy as np


def cyclic_lr(steps, base_lr, max_lr, *, step_size_up=2000, step_size_down=None, mode="triangular", gamma=1.0):
    up = step_size_up
    down = up if step_size_down is None else step_size_down
    place = np.arange(steps) % (up + down)
    height = np.where(place <= up, place / up, (up + down - place) / down)
    return base_lr + (max_lr - base_lr) * height
