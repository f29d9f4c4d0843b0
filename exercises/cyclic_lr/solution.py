"""Cyclic learning rate (CyclicLR).

The remainder says where in its cycle a step is, the whole-number division which cycle that is. On top and at the
bottom both formulas of the height agree, so it does not matter which one has the equals sign.
"""

import numpy as np


def cyclic_lr(steps, base_lr, max_lr, *, step_size_up=2000, step_size_down=None, mode="triangular", gamma=1.0):
    """The learning rate of each step: up and down between two bounds, in straight lines."""
    up = step_size_up
    down = up if step_size_down is None else step_size_down
    step = np.arange(steps)
    cycle, place = step // (up + down), step % (up + down)
    height = np.where(place <= up, place / up, (up + down - place) / down)
    scale = {"triangular": 1.0, "triangular2": 0.5**cycle, "exp_range": gamma**step}[mode]
    return base_lr + (max_lr - base_lr) * height * scale
