"""You restarted one epoch late. A wave of T epochs has the parts 0 to (T − 1) / T; where the part would be 1, the
next wave begins."""

import numpy as np


def warm_restarts(steps, lr, *, T_0, T_mult=1, eta_min=0.0):
    waves, length = [], T_0
    while sum(map(len, waves)) < steps:
        waves.append(np.arange(length + 1) / length)
        length *= T_mult
    part = np.concatenate(waves)[:steps]
    return eta_min + (lr - eta_min) * (1 + np.cos(np.pi * part)) / 2
