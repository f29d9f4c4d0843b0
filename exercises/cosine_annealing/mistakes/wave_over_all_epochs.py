"""You stretched the wave over all epochs that are asked for. It reaches its lowest point in epoch T_max."""

import numpy as np


def cosine_annealing(steps, lr, *, T_max, eta_min=0.0):
    wave = (1 + np.cos(np.linspace(0, np.pi, steps))) / 2
    return eta_min + (lr - eta_min) * wave
