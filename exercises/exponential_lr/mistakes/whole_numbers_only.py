"""You filled an array with lr. If lr is the whole number 1, that array holds whole numbers, and 0.5 is cut down to
0: ask for dtype=float."""

import numpy as np


def exponential_lr(steps, lr, *, gamma=0.9):
    rates = np.full(steps, lr)
    for epoch in range(1, steps):
        rates[epoch] = rates[epoch - 1] * gamma
    return rates
