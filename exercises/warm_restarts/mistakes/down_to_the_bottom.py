"""You let each wave run all the way down to eta_min. It is cut off before: its last epoch has the part (T − 1) / T
behind it."""

import numpy as np


def warm_restarts(steps, lr, *, T_0, T_mult=1, eta_min=0.0):
    waves, length = [], T_0
    while sum(map(len, waves)) < steps:
        waves.append(np.linspace(0, 1, length))
        length *= T_mult
    part = np.concatenate(waves)[:steps]
    return eta_min + (lr - eta_min) * (1 + np.cos(np.pi * part)) / 2
