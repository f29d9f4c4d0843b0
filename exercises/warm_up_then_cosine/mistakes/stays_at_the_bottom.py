"""You held the lowest rate after T_max epochs of the wave. PyTorch's cosine climbs again."""

import numpy as np


def warm_up_then_cosine(steps, lr, *, warm_up=5, T_max=20, start_factor=0.1, eta_min=0.0):
    line = lr * (start_factor + (1 - start_factor) * np.arange(warm_up) / max(warm_up, 1))
    own = np.minimum(np.arange(max(steps - warm_up, 0)), T_max)
    wave = (1 + np.cos(np.pi * own / T_max)) / 2
    return np.concatenate([line, eta_min + (lr - eta_min) * wave])[:steps]
