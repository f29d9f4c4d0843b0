"""You left the cooldown out. After a reduction that many epochs do not count as bad."""

import numpy as np


def reduce_lr_on_plateau(
    steps, metrics, lr, *, mode="min", factor=0.1, patience=10, threshold=1e-4, cooldown=0, min_lr=0.0
):
    best, bad = np.inf if mode == "min" else -np.inf, 0
    rates = np.empty(steps)
    for epoch, x in enumerate(metrics[:steps]):
        rates[epoch] = lr
        better = x < best * (1 - threshold) if mode == "min" else x > best * (1 + threshold)
        best = x if better else best
        bad = 0 if better else bad + 1
        if bad > patience:
            lr, bad = max(lr * factor, min_lr), 0
    return rates
