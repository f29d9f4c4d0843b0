"""Reduce on plateau (ReduceLROnPlateau).

The loop does the four things in PyTorch's order. “Better” is asked as a comparison that has to hold, so NaN, with
which no comparison holds, is never better: a run whose loss is NaN is reduced on and on.

PyTorch leaves out a reduction of less than 1e-8 (its eps); here no test comes near that.
"""

import numpy as np


def reduce_lr_on_plateau(
    steps, metrics, lr, *, mode="min", factor=0.1, patience=10, threshold=1e-4, cooldown=0, min_lr=0.0
):
    """The learning rate of each epoch, reduced whenever what is watched stops getting better."""
    best = np.inf if mode == "min" else -np.inf
    bad = cooling = 0
    rates = np.empty(steps)
    for epoch, x in enumerate(metrics[:steps]):
        rates[epoch] = lr  # what epoch's number says can change the next epoch only
        better = x < best * (1 - threshold) if mode == "min" else x > best * (1 + threshold)
        best = x if better else best
        bad = 0 if better else bad + 1
        if cooling > 0:
            cooling, bad = cooling - 1, 0
        if bad > patience:
            lr, cooling, bad = max(lr * factor, min_lr), cooldown, 0
    return rates
