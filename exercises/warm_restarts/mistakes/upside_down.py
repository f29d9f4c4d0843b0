"""You took 1 − cos, so each wave climbs. With 1 + cos it begins at lr and falls."""

import numpy as np


def warm_restarts(steps, lr, *, T_0, T_mult=1, eta_min=0.0):
    waves, length = [], T_0
    while sum(map(len, waves)) < steps:
        waves.append(np.arange(length) / length)
        length *= T_mult
    part = np.concatenate(waves)[:steps]
    return eta_min + (lr - eta_min) * (1 - np.cos(np.pi * part)) / 2
