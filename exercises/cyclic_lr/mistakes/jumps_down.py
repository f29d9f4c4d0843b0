"""You jump down from the top. After step_size_up steps it takes step_size_down steps back, in a straight line."""

import numpy as np


def cyclic_lr(steps, base_lr, max_lr, *, step_size_up=2000, step_size_down=None, mode="triangular", gamma=1.0):
    up = step_size_up
    step = np.arange(steps)
    cycle, place = step // (up + 1), step % (up + 1)
    height = place / up
    scale = {"triangular": 1.0, "triangular2": 0.5**cycle, "exp_range": gamma**step}[mode]
    return base_lr + (max_lr - base_lr) * height * scale
