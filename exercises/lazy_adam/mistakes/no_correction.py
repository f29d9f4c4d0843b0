"""You left the bias corrections out. Both are part of the rate."""

import numpy as np


def lazy_adam(table, rows, grads, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    beta1, beta2 = betas
    table = table.copy()
    m, v = np.zeros_like(table), np.zeros_like(table)
    for chosen, each in zip(rows, grads, strict=True):
        used, place = np.unique(chosen, return_inverse=True)
        g = np.zeros((len(used), table.shape[1]))
        np.add.at(g, place, each)
        m[used] = beta1 * m[used] + (1 - beta1) * g
        v[used] = beta2 * v[used] + (1 - beta2) * g**2
        rate = lr
        table[used] -= rate * m[used] / (np.sqrt(v[used]) + eps)
    return table
