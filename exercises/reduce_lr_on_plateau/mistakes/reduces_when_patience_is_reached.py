"""You reduced as soon as the bad epochs reached patience. They have to be more than patience: with patience 1 the
second bad epoch reduces."""

import numpy as np


def reduce_lr_on_plateau(
    steps, metrics, lr, *, mode="min", factor=0.1, patience=10, threshold=1e-4, cooldown=0, min_lr=0.0
):
    best = np.inf if mode == "min" else -np.inf
    bad, cooling, rates = 0, 0, []
    for x in metrics:
        rates.append(lr)
        better = x < best * (1 - threshold) if mode == "min" else x > best * (1 + threshold)
        best, bad = (x, 0) if better else (best, bad + 1)
        if cooling > 0:
            cooling, bad = cooling - 1, 0
        if bad >= patience and not better:
            lr, cooling, bad = max(lr * factor, min_lr), cooldown, 0
    return np.array(rates)
