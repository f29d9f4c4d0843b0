"""You changed one array in place, so that every entry of your list is the same, last weights. Make a new array in each
step: w = w − …"""

import numpy as np


def gradient_accumulation(start, X, y, *, batch_size=1, accumulate=2, lr=0.1):
    w = np.array(start, dtype=float)
    path, collected = [w], np.zeros_like(w)
    for number, begin in enumerate(range(0, len(X), batch_size), 1):
        features, targets = X[begin : begin + batch_size], y[begin : begin + batch_size]
        collected = collected + 2 / len(targets) * (features.T @ (features @ w - targets)) / accumulate
        if number % accumulate == 0:
            w -= lr * collected
            path.append(w)
            collected = np.zeros_like(w)
    return np.array(path)
