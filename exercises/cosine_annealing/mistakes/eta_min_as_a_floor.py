"""You cut the wave off at eta_min. It is squeezed instead, so that it just touches eta_min in epoch T_max."""

import numpy as np


def cosine_annealing(steps, lr, *, T_max, eta_min=0.0):
    wave = (1 + np.cos(np.pi * np.arange(steps) / T_max)) / 2
    return np.maximum(lr * wave, eta_min)
