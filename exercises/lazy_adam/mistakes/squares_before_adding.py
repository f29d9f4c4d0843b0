"""You added up the squares of the listed gradients. Add the gradients up first, then square the sum."""

import numpy as np


def lazy_adam(table, rows, grads, *, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    beta1, beta2 = betas
    table = table.copy()
    m, v = np.zeros_like(table), np.zeros_like(table)
    for t, (chosen, each) in enumerate(zip(rows, grads, strict=True), 1):
        used, place = np.unique(chosen, return_inverse=True)
        g = np.zeros((len(used), table.shape[1]))
        np.add.at(g, place, each)
        squares = np.zeros_like(g)
        np.add.at(squares, place, each**2)
        m[used] = beta1 * m[used] + (1 - beta1) * g
        v[used] = beta2 * v[used] + (1 - beta2) * squares
        rate = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
        table[used] -= rate * m[used] / (np.sqrt(v[used]) + eps)
    return table
