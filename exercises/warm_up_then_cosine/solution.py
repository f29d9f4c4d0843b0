"""Warm-up, then cosine.

Each part is computed on its own count from 0, and the two are put in a row. An empty range has nothing to divide,
so no warm-up needs no case of its own. Exactly this comes from SequentialLR, which lets the next schedule start
at its own epoch 0 when the milestone is reached.
"""

import numpy as np


def warm_up_then_cosine(steps, lr, *, warm_up=5, T_max=20, start_factor=0.1, eta_min=0.0):
    """The learning rate of each epoch: a straight line up, then half a cosine wave down."""
    line = lr * (start_factor + (1 - start_factor) * np.arange(warm_up) / max(warm_up, 1))
    wave = (1 + np.cos(np.pi * np.arange(max(steps - warm_up, 0)) / T_max)) / 2
    return np.concatenate([line, eta_min + (lr - eta_min) * wave])[:steps]
