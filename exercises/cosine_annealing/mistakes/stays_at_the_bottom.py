"""You held the lowest rate after T_max. PyTorch's wave goes on: it climbs again, and is back at lr in epoch 2 ·
T_max."""

import numpy as np


def cosine_annealing(steps, lr, *, T_max, eta_min=0.0):
    epochs = np.minimum(np.arange(steps), T_max)
    return eta_min + (lr - eta_min) * (1 + np.cos(np.pi * epochs / T_max)) / 2
