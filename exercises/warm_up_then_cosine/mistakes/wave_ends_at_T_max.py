"""You ended the wave in epoch T_max of the whole training. It takes T_max epochs of its own, after the warm-up."""

import numpy as np


def warm_up_then_cosine(steps, lr, *, warm_up=5, T_max=20, start_factor=0.1, eta_min=0.0):
    epochs = np.arange(steps)
    line = lr * (start_factor + (1 - start_factor) * epochs / max(warm_up, 1))
    wave = eta_min + (lr - eta_min) * (1 + np.cos(np.pi * (epochs - warm_up) / max(T_max - warm_up, 1))) / 2
    return np.where(epochs < warm_up, line, wave)
