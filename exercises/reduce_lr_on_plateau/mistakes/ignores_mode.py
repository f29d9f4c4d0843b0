"""You waited for the number to fall in any case. With mode='max' more is better."""

import numpy as np


def reduce_lr_on_plateau(
    steps, metrics, lr, *, mode="min", factor=0.1, patience=10, threshold=1e-4, cooldown=0, min_lr=0.0
):
    best, bad, cooling = np.inf, 0, 0
    rates = np.empty(steps)
    for epoch, x in enumerate(metrics[:steps]):
        rates[epoch] = lr
        better = x < best * (1 - threshold)
        best = x if better else best
        bad = 0 if better else bad + 1
        if cooling > 0:
            cooling, bad = cooling - 1, 0
        if bad > patience:
            lr, cooling, bad = max(lr * factor, min_lr), cooldown, 0
    return rates
