"""You changed one array in place, so that every entry of your list is the same, last weights. Make a new array in each
step: w = w − …"""

import numpy as np


def minibatch_loop(start, X, y, order, *, batch_size=2, lr=0.1):
    w = np.array(start, dtype=float)
    path = [w]
    for row in order:
        for begin in range(0, len(row), batch_size):
            batch = row[begin : begin + batch_size]
            w -= lr * 2 / len(batch) * (X[batch].T @ (X[batch] @ w - y[batch]))
        path.append(w)
    return np.array(path)
