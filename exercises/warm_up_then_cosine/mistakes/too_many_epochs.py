"""You gave the whole warm-up although fewer epochs were asked for. Cut off after `steps`."""

import numpy as np


def warm_up_then_cosine(steps, lr, *, warm_up=5, T_max=20, start_factor=0.1, eta_min=0.0):
    line = lr * (start_factor + (1 - start_factor) * np.arange(warm_up) / max(warm_up, 1))
    wave = (1 + np.cos(np.pi * np.arange(max(steps - warm_up, 0)) / T_max)) / 2
    return np.concatenate([line, eta_min + (lr - eta_min) * wave])
