"""You took a whole wave, 2π, so the lowest rate comes at half of T_max. From lr to eta_min it is half a wave: π."""

import numpy as np


def cosine_annealing(steps, lr, *, T_max, eta_min=0.0):
    wave = (1 + np.cos(2 * np.pi * np.arange(steps) / T_max)) / 2
    return eta_min + (lr - eta_min) * wave
