"""Cosine annealing (CosineAnnealingLR).

The wave runs from 1 to 0, so the second line reads: the lowest rate, and that share of the distance above it.
PyTorch computes each rate from the last one, which gives the same up to rounding.
"""

import numpy as np


def cosine_annealing(steps, lr, *, T_max, eta_min=0.0):
    """The learning rate of each epoch: down along half a cosine wave, and up again."""
    wave = (1 + np.cos(np.pi * np.arange(steps) / T_max)) / 2
    return eta_min + (lr - eta_min) * wave
