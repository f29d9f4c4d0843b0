"""You took the samples as they lie. Each epoch goes through them in its own row of order."""

import numpy as np


def minibatch_loop(start, X, y, order, *, batch_size=2, lr=0.1):
    w = start
    kept = [w]
    for row in order:
        for begin in range(0, len(row), batch_size):
            rows, targets = X[begin : begin + batch_size], y[begin : begin + batch_size]
            w = w - lr * 2 * rows.T @ (rows @ w - targets) / len(targets)
        kept.append(w)
    return np.array(kept)
